// Proving who one is by a passkey: as a login without a password, or as the second step after one. The answer is
// verified first; then its challenge and its counter are used up by guarded writes in one transaction. A counter that
// does not go up means a copy of the key: that is refused, and stands in the activity log. Whatever is wrong, and
// whosever login it would be, the sentence is the same.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { about } from './factors.ts'
import { fingerprint } from './links.ts'
import { CHALLENGE_MS, newChallenge, type Purpose, takeChallenge } from './passkey-challenges.ts'
import {
  bytesOf,
  describePasskey,
  listPasskeys,
  type Passkey,
  parseAnswer,
  relyingParty,
  webauthn,
} from './passkeys.ts'
import { asPerson, type Person, tableOf } from './people.ts'
import { Refusal } from './refusal.ts'

const wrong = () => new Refusal('passkey.wrong')

/** What the browser has to know to ask for a passkey, of whoever logs in or of this person. */
export async function passkeyOptions(db: Db, kind: Person['kind'], person?: Person) {
  const purpose: Purpose = person
    ? { purpose: 'second-step', kind, id: person.id }
    : { purpose: 'login', kind }
  const passkeys = person ? await listPasskeys(db, person) : []
  const { generateAuthenticationOptions } = await webauthn()
  return generateAuthenticationOptions({
    rpID: relyingParty().rpID,
    challenge: bytesOf(await newChallenge(db, purpose)),
    timeout: CHALLENGE_MS,
    allowCredentials: passkeys.map(describePasskey),
    userVerification: 'required',
  })
}

export interface Proven {
  person: Person
  passkey: Passkey
  challenge: string
  count: number
}

async function findByCredential(db: Db, kind: Person['kind'], id: unknown) {
  if (typeof id !== 'string') throw wrong()
  const passkey: Passkey | undefined = await db('passkeys')
    .where({ credential_hash: fingerprint(id), person_kind: kind })
    .first()
  const row = passkey && (await db(tableOf({ kind })).where({ id: passkey.person_id }).first())
  if (!passkey || row?.status !== 'active') throw wrong()
  return { passkey, person: asPerson(row) }
}

/** Whose passkey signed this, here and having verified them; not yet used up. */
export async function readPasskey(db: Db, by: Actor, answer: string, purpose: Purpose): Promise<Proven> {
  const response = parseAnswer(answer)
  const { passkey, person } = await findByCredential(db, purpose.kind, response?.id)
  const { origin, rpID } = relyingParty()
  const { verifyAuthenticationResponse } = await webauthn()
  let challenge = ''
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge(given) {
      challenge = given
      return true
    },
    expectedOrigin: origin,
    expectedRPID: rpID,
    // The counter is compared below, where it can be told from other failures.
    credential: { id: passkey.credential_id, publicKey: bytesOf(passkey.public_key), counter: 0 },
    requireUserVerification: true,
  }).catch(() => undefined)
  if (!verified?.verified) throw wrong()
  const count = verified.authenticationInfo.newCounter
  if (passkey.sign_count > 0 && count <= passkey.sign_count) {
    await change(db, asActor(by, person), async (trx) => {
      // The same answer once more is no sign of a second key.
      if (!(await takeChallenge(trx, challenge, purpose))) throw wrong()
      await record(trx, 'passkey.copied', { ...about(person), name: passkey.name })
    })
    throw wrong()
  }
  return { person, passkey, challenge, count }
}

const asActor = (by: Actor, { kind, id, name }: Person): Actor => ({ ...by, kind, id, name })

/** Uses it up, in the transaction of what it proves. */
export async function usePasskey(trx: Change, proven: Proven, purpose: Purpose): Promise<void> {
  const { person, passkey, challenge, count } = proven
  if (!(await takeChallenge(trx, challenge, purpose))) throw wrong()
  const counted = await trx('passkeys')
    .where({ id: passkey.id, sign_count: passkey.sign_count })
    .update({ sign_count: count, last_used_at: timestamp() })
  if (counted !== 1) throw wrong()
  await record(trx, 'passkey.used', { ...about(person), name: passkey.name })
}

/** A login without a password: the passkey says who it is. */
export async function logInByPasskey(
  db: Db,
  by: Actor,
  kind: Person['kind'],
  answer: string,
): Promise<Person> {
  const purpose: Purpose = { purpose: 'login', kind }
  const proven = await readPasskey(db, by, answer, purpose)
  await change(db, asActor(by, proven.person), (trx) => usePasskey(trx, proven, purpose))
  return proven.person
}
