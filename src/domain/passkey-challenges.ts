// What a passkey signs, once: random, good for five minutes, used up by a guarded write, so that an answer that was
// seen or sent twice works once (HARD-CASES H19). Only its hash is stored. It is bound to what it is for, to the kind
// of login, and to the person where it is known who asks.

import { randomBytes } from 'node:crypto'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { transaction } from '../platform/transaction.ts'
import type { Change } from './change.ts'
import { fingerprint } from './links.ts'
import type { Person } from './people.ts'

const MINUTES = 5
export const CHALLENGE_MS = MINUTES * 60_000

export interface Purpose {
  purpose: 'add' | 'login' | 'second-step'
  kind: Person['kind']
  /** Nobody yet, when someone logs in without a password. */
  id?: number
}

const columns = ({ purpose, kind, id }: Purpose) => ({
  purpose,
  person_kind: kind,
  person_id: id ?? null,
})

export async function newChallenge(db: Db, purpose: Purpose): Promise<string> {
  const challenge = randomBytes(32).toString('base64url')
  const challenge_hash = fingerprint(challenge)
  const row = { challenge_hash, ...columns(purpose), expires_at: inMinutes(MINUTES) }
  const insert = (trx: Db) => trx('passkey_challenges').insert(row)
  const wasDone = async (fresh: Db) =>
    Boolean(await fresh('passkey_challenges').where({ challenge_hash }).first('challenge_hash'))
  await transaction(db, insert, { wasDone })
  return challenge
}

/** Uses it up; false when it was used, ran out, or was made for something else. */
export const takeChallenge = async (trx: Change, challenge: string, purpose: Purpose): Promise<boolean> =>
  (await trx('passkey_challenges')
    .where({ challenge_hash: fingerprint(challenge), ...columns(purpose), used_at: null })
    .where('expires_at', '>', timestamp())
    .update({ used_at: timestamp() })) === 1
