// One try to log in, in both areas: counted, delayed when there were many, and when it fails answered no sooner than a
// fixed floor, so that the time tells nothing about the address (HARD-CASES H18).

import { setTimeout as pause } from 'node:timers/promises'
import type { Request } from 'express'
import { beginTry, type Trying } from '../domain/login-tries.ts'
import { mustHaveRoom } from '../domain/passwords.ts'
import type { Person } from '../domain/people.ts'
import type { Db } from '../platform/database.ts'
import { deviceOf } from './device-cookie.ts'
import { networkIn } from './limits.ts'

const FLOOR_MS = 250

export const tryLogin = <T>(
  req: Request,
  kind: Person['kind'],
  email: string,
  check: () => Promise<T>,
  options?: { hashes: boolean },
): Promise<T> => {
  const trying = { kind, email, network: networkIn(req), device: deviceOf(req) }
  return tryFrom(req.app.locals.db, trying, check, options)
}

/** The same for one that comes from no browser. */
export async function tryFrom<T>(
  db: Db,
  trying: Trying,
  check: () => Promise<T>,
  { hashes = true } = {},
): Promise<T> {
  // A flood that is turned away costs no write, and counts as no guess of whoever meets it.
  if (hashes) mustHaveRoom()
  const answerAt = performance.now() + FLOOR_MS
  const wentWell = await beginTry(db, trying)
  try {
    const found = await check()
    await wentWell()
    return found
  } catch (error) {
    await pause(Math.max(0, answerAt - performance.now()))
    throw error
  }
}
