// Between the right password and the session stands the second step, for whoever has a second factor: until it is
// taken there is no session (HARD-CASES H19). Ten minutes and five tries; then the login starts over. Only the
// hash of its id is stored, and it is used up by a guarded write, so that two answers at once make one login.

import { randomBytes } from 'node:crypto'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { type Actor, type Change, change } from './change.ts'
import { takePerson, useFactor } from './factors.ts'
import { fingerprint } from './links.ts'
import type { Purpose } from './passkey-challenges.ts'
import { readPasskey, usePasskey } from './passkey-logins.ts'
import { asPerson, findPersonRow, keyOf, type Person, tableOf } from './people.ts'
import { Refusal } from './refusal.ts'

const MINUTES = 10
const TRIES = 5

interface SecondStep {
  person: Person
  remember: boolean
}

/**
 * After the right password; gives the id for the cookie, the only place where it is kept. Whoever changes the password
 * ends all that wait, so the person is taken first: none comes after that with the old one.
 */
export async function startSecondStep(db: Db, person: Person, { remember }: { remember: boolean }) {
  const id = randomBytes(32).toString('base64url')
  const id_hash = fingerprint(id)
  const insert = async (trx: Db) => {
    await trx('second_steps').where('expires_at', '<=', timestamp()).delete()
    await takePerson(trx, person)
    await findPersonRow(trx, person)
    const row = { id_hash, ...keyOf(person), remember: remember ? 1 : 0 }
    await trx('second_steps').insert({ ...row, expires_at: inMinutes(MINUTES), created_at: timestamp() })
  }
  const wasDone = async (fresh: Db) =>
    Boolean(await fresh('second_steps').where({ id_hash }).first('id_hash'))
  await transaction(db, insert, { wasDone })
  return id
}

const open = (db: Db, id: string) =>
  db('second_steps')
    .where({ id_hash: fingerprint(id), used_at: null })
    .where('expires_at', '>', timestamp())

/** Whose login waits, as they are now; undefined when it is over, or one of the other kind of person. */
export async function findSecondStep(
  db: Db,
  kind: Person['kind'],
  id: string,
): Promise<SecondStep | undefined> {
  const row = await open(db, id).where({ person_kind: kind }).where('tries', '<', TRIES).first()
  const who =
    row &&
    (await db(tableOf({ kind: row.person_kind }))
      .where({ id: row.person_id })
      .first())
  if (who?.status !== 'active') return undefined
  return { person: asPerson(who), remember: Boolean(row.remember) }
}

/** Uses it up, in the transaction of the factor; false when somebody else did, or when it ran out. */
export const takeSecondStep = async (trx: Change, id: string): Promise<boolean> =>
  (await open(trx, id).update({ used_at: timestamp() })) === 1

/** Each try counts before it is looked at, so that many at once are no more than five. */
const countTry = (db: Db, id: string): Promise<boolean> =>
  transaction(
    db,
    async (trx) => (await open(trx, id).where('tries', '<', TRIES).increment('tries', 1)) === 1,
    HARMLESS,
  )

/** What was given: the code of the app or a recovery code, or the answer of a passkey. */
export interface Given {
  code: string
  passkey: string
}

/** Gives whose login is complete; one that is over failed like a wrong code. */
export async function passSecondStep(db: Db, by: Actor, kind: Person['kind'], id: string, given: Given) {
  const step = await findSecondStep(db, kind, id)
  if (!step || !(await countTry(db, id))) throw new Refusal('code.wrong', 'code')
  const { id: personId, name } = step.person
  const purpose: Purpose = { purpose: 'second-step', kind, id: personId }
  const proven = given.passkey ? await readPasskey(db, by, given.passkey, purpose) : undefined
  if (proven && proven.person.id !== personId) throw new Refusal('passkey.wrong')
  await change(db, { ...by, kind, id: personId, name }, async (trx) => {
    if (proven) await usePasskey(trx, proven, purpose)
    else await useFactor(trx, step.person, given.code)
    if (!(await takeSecondStep(trx, id))) throw new Refusal('code.wrong', 'code')
  })
  return step
}
