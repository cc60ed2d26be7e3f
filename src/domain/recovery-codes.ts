// Ten codes that stand in for a lost second factor, each used once. Sixty bits each, from an alphabet without
// letters that look alike, so a plain hash is enough: nobody can try them all. They are shown once, when made.

import { createHash, randomInt } from 'node:crypto'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Change } from './change.ts'
import { keyOf, type Person } from './people.ts'

const HOW_MANY = 10
const LENGTH = 12
// Without i, l, o and u: 32 signs, five bits each.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

const plain = (typed: string) => typed.toLowerCase().replace(/[\s-]/g, '')

const hashOf = (person: Person, typed: string) =>
  createHash('sha256')
    .update(`${person.kind}\n${person.id}\n${plain(typed)}`)
    .digest('hex')

const newCode = () => {
  const signs = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return signs.replace(/(.{4})(?=.)/g, '$1-')
}

/** Ten new ones, before the transaction that stores them: it may run twice. */
export const newCodes = (): string[] => {
  const codes = new Set<string>()
  while (codes.size < HOW_MANY) codes.add(newCode())
  return [...codes]
}

/** From now on these hold, and no others. */
export async function replaceRecoveryCodes(trx: Change, person: Person, codes: string[]): Promise<void> {
  await dropRecoveryCodes(trx, person)
  for (const code of codes)
    await trx('recovery_codes').insert({
      ...keyOf(person),
      code_hash: hashOf(person, code),
      created_at: timestamp(),
    })
}

export const dropRecoveryCodes = (trx: Change, person: Person) =>
  trx('recovery_codes').where(keyOf(person)).delete()

/** Uses the code up; false for one that is wrong or was used. */
export const useRecoveryCode = async (trx: Change, person: Person, typed: string): Promise<boolean> =>
  (await trx('recovery_codes')
    .where({ ...keyOf(person), code_hash: hashOf(person, typed), used_at: null })
    .update({ used_at: timestamp() })) === 1

/** How many are left. */
export async function countRecoveryCodes(db: Db, person: Person): Promise<number> {
  const [row] = await db('recovery_codes')
    .where({ ...keyOf(person), used_at: null })
    .count({ n: '*' })
  return Number(row?.n)
}
