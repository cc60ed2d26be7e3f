// Turning two-factor on and off, for users and admins alike. The password is asked for in the same form, by whoever
// calls; what takes something away needs a code besides. The person is told by e-mail of each change.

import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { about, countFactors, provePassword, tellPerson, useFactor } from './factors.ts'
import { tryProof } from './login-tries.ts'
import type { Person } from './people.ts'
import { newCodes, replaceRecoveryCodes } from './recovery-codes.ts'
import { Refusal } from './refusal.ts'
import { confirmPending, dropTotp, newSecret, storePending } from './totp.ts'

export interface Proof {
  password: string
  code: string
}

/** Makes a key for an authenticator app; nothing is asked for at the login before it is confirmed. */
export async function beginTotp(db: Db, by: Actor, person: Person, password: string): Promise<void> {
  await provePassword(db, person, password)
  const secret = newSecret()
  await change(db, by, async (trx) => {
    if (!(await storePending(trx, person, secret))) throw new Refusal('totp.already')
    await record(trx, 'totp.begun', about(person))
  })
}

/** Turns it on with the first code; gives the recovery codes, which are never shown again. */
export async function confirmTotp(db: Db, by: Actor, person: Person, code: string): Promise<string[]> {
  const codes = newCodes()
  await change(db, by, async (trx) => {
    if (!(await confirmPending(trx, person, code))) throw new Refusal('code.wrong', 'code')
    await replaceRecoveryCodes(trx, person, codes)
    await countFactors(trx, person)
    await record(trx, 'totp.on', about(person))
    await tellPerson(trx, 'two-factor-on', person)
  })
  return codes
}

export async function removeTotp(db: Db, by: Actor, person: Person, proof: Proof): Promise<void> {
  await provePassword(db, person, proof.password)
  const remove = async (trx: Change) => {
    await useFactor(trx, person, proof.code)
    await dropTotp(trx, person)
    await countFactors(trx, person)
    await record(trx, 'totp.off', about(person))
    await tellPerson(trx, 'two-factor-off', person)
  }
  await tryProof(db, person, 'code', () => change(db, by, remove))
}

/** Ten new recovery codes instead of those there were. */
export async function renewCodes(db: Db, by: Actor, person: Person, proof: Proof): Promise<string[]> {
  await provePassword(db, person, proof.password)
  const codes = newCodes()
  const renew = async (trx: Change) => {
    await useFactor(trx, person, proof.code)
    await replaceRecoveryCodes(trx, person, codes)
    await record(trx, 'recovery.renewed', about(person))
  }
  await tryProof(db, person, 'code', () => change(db, by, renew))
  return codes
}
