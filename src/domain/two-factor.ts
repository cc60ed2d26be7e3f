// Turning two-factor on and off, for users and admins alike. The password is asked for in the same form, by whoever
// calls; what takes something away needs a code besides. The person is told by e-mail of each change.

import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import {
  about,
  countFactors,
  provePassword,
  startRecovery,
  takePerson,
  tellPerson,
  useFactor,
} from './factors.ts'
import { tryProof } from './login-tries.ts'
import { listPasskeys } from './passkeys.ts'
import type { Person } from './people.ts'
import { newCodes, replaceRecoveryCodes } from './recovery-codes.ts'
import { Refusal } from './refusal.ts'
import { confirmPending, dropTotp, findTotp, newSecret, storePending } from './totp.ts'

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

/** Turns it on with the first code; gives the recovery codes of a first factor, which are never shown again. */
export async function confirmTotp(db: Db, by: Actor, person: Person, code: string): Promise<string[]> {
  const fresh = newCodes()
  let codes: string[] = []
  await change(db, by, async (trx) => {
    await takePerson(trx, person)
    if (!(await confirmPending(trx, person, code))) throw new Refusal('code.wrong', 'code')
    codes = await startRecovery(trx, person, fresh)
    await countFactors(trx, person)
    await record(trx, 'totp.on', about(person))
    await tellPerson(trx, 'two-factor-on', person)
  })
  return codes
}

/** Gives how many factors are left. */
export async function removeTotp(db: Db, by: Actor, person: Person, proof: Proof): Promise<number> {
  await provePassword(db, person, proof.password)
  const remove = async (trx: Change) => {
    await takePerson(trx, person)
    await useFactor(trx, person, proof.code)
    await dropTotp(trx, person)
    const left = await countFactors(trx, person)
    await record(trx, 'totp.off', about(person))
    await tellPerson(trx, 'two-factor-off', person, { left })
    return left
  }
  return tryProof(db, person, 'code', () => change(db, by, remove))
}

/** Ten new recovery codes instead of those there were; of whoever has passkeys alone no code is asked. */
export async function renewCodes(db: Db, by: Actor, person: Person, proof: Proof): Promise<string[]> {
  await provePassword(db, person, proof.password)
  const codes = newCodes()
  const renew = async (trx: Change) => {
    await takePerson(trx, person)
    const isByPasskey = !(await findTotp(trx, person)) && (await listPasskeys(trx, person)).length > 0
    if (!isByPasskey) await useFactor(trx, person, proof.code)
    await replaceRecoveryCodes(trx, person, codes)
    await record(trx, 'recovery.renewed', about(person))
    await tellPerson(trx, 'recovery-codes-renewed', person)
  }
  await tryProof(db, person, 'code', () => change(db, by, renew))
  return codes
}
