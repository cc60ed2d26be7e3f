// One try to log in, in both areas: counted, delayed when there were many, and when it fails answered no sooner than a
// fixed floor, so that the time tells nothing about the address (HARD-CASES H18).

import { setTimeout as pause } from 'node:timers/promises'
import type { Request } from 'express'
import { beginTry } from '../domain/login-tries.ts'
import { mustHaveRoom } from '../domain/passwords.ts'
import type { Person } from '../domain/people.ts'
import { deviceOf } from './device-cookie.ts'
import { networkIn } from './limits.ts'

const FLOOR_MS = 250

export async function tryLogin<T>(
  req: Request,
  kind: Person['kind'],
  email: string,
  check: () => Promise<T>,
  { hashes = true } = {},
): Promise<T> {
  // A flood that is turned away costs no write, and counts as no guess of whoever meets it.
  if (hashes) mustHaveRoom()
  const answerAt = performance.now() + FLOOR_MS
  const trying = { kind, email, network: networkIn(req), device: deviceOf(req) }
  const wentWell = await beginTry(req.app.locals.db, trying)
  try {
    const found = await check()
    await wentWell()
    return found
  } catch (error) {
    await pause(Math.max(0, answerAt - performance.now()))
    throw error
  }
}
