// The second factors of a person. How many there are stands on the person's row, counted afresh after every change
// of one. Recovery codes are no factor: they only stand in for one, and end with the last of them.

import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import type { Change } from './change.ts'
import { queueEmail } from './emails.ts'
import { tryProof } from './login-tries.ts'
import { verifyPassword } from './passwords.ts'
import { keyOf, type Person, tableOf } from './people.ts'
import {
  countRecoveryCodes,
  dropRecoveryCodes,
  replaceRecoveryCodes,
  useRecoveryCode,
} from './recovery-codes.ts'
import { Refusal } from './refusal.ts'
import { useTotp } from './totp.ts'

/** What activity and e-mails say a person is. */
export const about = (person: Person) => (person.kind === 'user' ? { user: { id: person.id } } : {})

/** Takes the person until the commit, so that no two changes of their factors count at once. */
export const takePerson = (trx: Db, person: Person) =>
  trx(tableOf(person))
    .where({ id: person.id })
    .update({ factors: trx.ref('factors') })

/** With the first factor come the recovery codes: gives them, or none where some are left. */
export async function startRecovery(trx: Change, person: Person, codes: string[]): Promise<string[]> {
  if ((await countRecoveryCodes(trx, person)) > 0) return []
  await replaceRecoveryCodes(trx, person, codes)
  return codes
}

/** Counts the factors into the person's row; without any left, the recovery codes end. */
export async function countFactors(trx: Change, person: Person): Promise<number> {
  const [totp] = await trx('totp_factors').where(keyOf(person)).whereNotNull('confirmed_at').count({ n: '*' })
  const [passkeys] = await trx('passkeys').where(keyOf(person)).count({ n: '*' })
  const factors = Number(totp?.n) + Number(passkeys?.n)
  await trx(tableOf(person)).where({ id: person.id }).update({ factors })
  if (factors === 0) await dropRecoveryCodes(trx, person)
  return factors
}

/** Takes every factor away, and the logins that wait for one. The caller records why. */
export async function removeFactors(trx: Change, person: Person): Promise<void> {
  for (const table of ['totp_factors', 'passkeys', 'recovery_codes', 'second_steps'])
    await trx(table).where(keyOf(person)).delete()
  await countFactors(trx, person)
}

/** Refuses a code that is neither the app's nor an unused recovery code; either is used up. */
export async function useFactor(trx: Change, person: Person, code: string): Promise<void> {
  if (await useTotp(trx, person, code)) return record(trx, 'totp.used', about(person))
  if (!(await useRecoveryCode(trx, person, code))) throw new Refusal('code.wrong', 'code')
  const left = await countRecoveryCodes(trx, person)
  await record(trx, 'recovery.used', { ...about(person), left })
  await tellPerson(trx, 'recovery-code-used', person, { left })
}

export const tellPerson = (
  trx: Change,
  template: string,
  person: Person,
  more: Record<string, string | number> = {},
) => queueEmail(trx, template, { to: person.email, ...about(person), data: { name: person.name, ...more } })

/** Refuses what is not the person's password; never in a transaction. */
export const provePassword = (
  db: Db,
  person: Person,
  password: string,
  field: 'password' | 'current_password' = 'password',
): Promise<void> =>
  tryProof(db, person, 'password', async () => {
    const row = await db(tableOf(person)).where({ id: person.id }).first('password_hash')
    if (!(await verifyPassword(row?.password_hash, password))) throw new Refusal('password.wrong', field)
  })
