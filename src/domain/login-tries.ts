// Guessing a password gets slower, and nobody is locked out (HARD-CASES H23). Failures are counted for an account from
// one network, and for an account from all browsers it does not know. After five, the next try waits 1, 2, 4 … up to
// 900 seconds; after twenty from anywhere, at most 60. A browser that has logged in before has counters of its own, so
// that no stranger delays the owner. Addresses without a login are counted alike. A try is counted before its password
// is looked at, or many at once would all be the first.

import type { Db } from '../platform/database.ts'
import { isKnownDevice } from './devices.ts'
import { countTry, forgetTries, forgiveTry } from './limits.ts'
import type { Person } from './people.ts'
import { TooMany } from './refusal.ts'
import { lowerCase } from './users.ts'

const FREE = 5
const WAIT_MAX = 900
const FREE_ANYWHERE = 20
const WAIT_MAX_ANYWHERE = 60

export interface Trying {
  kind: Person['kind']
  email: string
  network: string
  /** The hash of the browser's cookie, when it has one. */
  device: string | undefined
}

interface Counter {
  key: string
  free: number
  longest: number
}

async function countersFor(db: Db, { kind, email, network, device }: Trying): Promise<Counter[]> {
  const account = `${kind}\n${lowerCase(email)}`
  if (device && (await isKnownDevice(db, kind, lowerCase(email), device)))
    return [{ key: `${account}\ndevice ${device}`, free: FREE, longest: WAIT_MAX }]
  return [
    { key: `${account}\nnetwork ${network}`, free: FREE, longest: WAIT_MAX },
    { key: `${account}\nanywhere`, free: FREE_ANYWHERE, longest: WAIT_MAX_ANYWHERE },
  ]
}

/**
 * Who is logged in shows the password or a code. Counted apart from logging in: a stolen session is no way to guess, and
 * none to delay the owner's login.
 */
export async function tryProof<T>(
  db: Db,
  { kind, email }: Person,
  proof: 'password' | 'code',
  check: () => Promise<T>,
): Promise<T> {
  // The right password takes back no wrong code.
  const trying = { kind, email: `${proof} of ${email}`, network: 'any', device: undefined }
  const wentWell = await beginTry(db, trying)
  const result = await check()
  await wentWell()
  return result
}

/** Counts the try as failed; throws TooMany when it comes too soon. Gives what takes it back when it went well. */
export async function beginTry(db: Db, trying: Trying): Promise<() => Promise<void>> {
  const counters = await countersFor(db, trying)
  const counted: Counter[] = []
  for (const counter of counters) {
    const tries = await countTry(db, 'failures', counter.key)
    counted.push(counter)
    const over = tries - counter.free
    if (over < 0) continue
    const seconds = Math.min(2 ** over, counter.longest)
    await countTry(db, 'turn', counter.key, seconds).catch(async (error) => {
      if (error instanceof TooMany) for (const { key } of counted) await forgiveTry(db, 'failures', key)
      throw error
    })
  }
  return async () => {
    for (const { key } of counters) {
      await forgetTries(db, 'failures', key)
      await forgetTries(db, 'turn', key)
    }
  }
}
