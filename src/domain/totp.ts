// The authenticator app (RFC 6238: SHA-1, six digits, thirty seconds, one step to either side). A step is used up by
// a guarded write, so a code that was seen over a shoulder or sent twice works once. The secret is stored encrypted
// for its person: a copy of the database makes no codes, and a row that was moved to somebody else opens nothing.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { Secret, TOTP } from 'otpauth'
import { inMinutes, now, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import type { Change } from './change.ts'
import { inHand } from './handed.ts'
import { keepLease, type Lease } from './leases.ts'
import { keyOf, type Person } from './people.ts'

const SECRET_BYTES = 20
const PERIOD = 30
const SET_UP_MINUTES = 15
const IV = 12
const TAG = 16

interface Row {
  secret: string
  last_step: number
  confirmed_at: string | null
  created_at: string
}

const keyFrom = (secret: string) =>
  Buffer.from(hkdfSync('sha256', secret, '', 'secrets of authenticator apps', 32))

type Owner = Pick<Person, 'kind' | 'id'>

const belongsTo = ({ kind, id }: Owner) => Buffer.from(`${kind} ${id}`)

function encrypt(person: Owner, plain: Buffer): string {
  const iv = randomBytes(IV)
  const cipher = createCipheriv('aes-256-gcm', keyFrom(inHand().secrets[0] ?? ''), iv).setAAD(
    belongsTo(person),
  )
  const text = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')
}

/** Nothing when it was made with a secret that is no more, or for somebody else. */
function decrypt(person: Owner, stored: string, secrets = inHand().secrets): Buffer | undefined {
  const bytes = Buffer.from(stored, 'base64url')
  for (const secret of secrets)
    try {
      const decipher = createDecipheriv('aes-256-gcm', keyFrom(secret), bytes.subarray(0, IV))
      decipher.setAAD(belongsTo(person)).setAuthTag(bytes.subarray(IV, IV + TAG))
      return Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()])
    } catch {}
  return undefined
}

const rowOf = (db: Db, person: Person): Promise<Row | undefined> =>
  db('totp_factors').where(keyOf(person)).first()

const appOf = (person: Person, bytes: Buffer, issuer = '') =>
  new TOTP({
    issuer,
    label: person.email,
    secret: new Secret({ buffer: new Uint8Array(bytes).buffer }),
    period: PERIOD,
  })

/** Since when it is in use; nothing when it is not. */
export const findTotp = async (db: Db, person: Person): Promise<string | undefined> =>
  (await rowOf(db, person))?.confirmed_at ?? undefined

/** A new secret, before the transaction that stores it: it may run twice. */
export const newSecret = () => randomBytes(SECRET_BYTES)

/** Begins to set one up, instead of one that was only begun; false when one is in use. */
export async function storePending(trx: Change, person: Person, secret: Buffer): Promise<boolean> {
  await trx('totp_factors')
    .where({ ...keyOf(person), confirmed_at: null })
    .delete()
  if (await rowOf(trx, person)) return false
  await trx('totp_factors')
    .insert({ ...keyOf(person), secret: encrypt(person, secret), created_at: timestamp() })
    .catch((error) => {
      // Another click of the same button was faster: its key is shown.
      if (!isDuplicate(error)) throw error
    })
  return true
}

/** What the app has to be told of the one that is being set up. */
export async function findPending(db: Db, person: Person, issuer: string) {
  const row = await rowOf(db, person)
  if (!row || row.confirmed_at || row.created_at <= inMinutes(-SET_UP_MINUTES)) return undefined
  const bytes = decrypt(person, row.secret)
  const app = bytes && appOf(person, bytes, issuer)
  return app && { uri: app.toString(), key: app.secret.base32 }
}

/** The step whose code this is; nothing for a wrong one. */
function stepOf(person: Person, row: Row, typed: string): number | undefined {
  const token = typed.replace(/\s/g, '')
  const bytes = /^\d{6}$/.test(token) ? decrypt(person, row.secret) : undefined
  const at = now().getTime()
  const delta = bytes && appOf(person, bytes).validate({ token, timestamp: at, window: 1 })
  return typeof delta === 'number' ? Math.floor(at / 1000 / PERIOD) + delta : undefined
}

/** Takes the first code of the app that is being set up; from then on it is in use. */
export async function confirmPending(trx: Change, person: Person, code: string): Promise<boolean> {
  const row = await rowOf(trx, person)
  if (!row || row.confirmed_at || row.created_at <= inMinutes(-SET_UP_MINUTES)) return false
  const step = stepOf(person, row, code)
  if (step === undefined) return false
  const confirmed = await trx('totp_factors')
    .where({ ...keyOf(person), secret: row.secret, confirmed_at: null })
    .update({ confirmed_at: timestamp(), last_step: step })
  return confirmed === 1
}

/** Uses the code's step up; false for one that is wrong, or was used. */
export async function useTotp(trx: Change, person: Person, code: string): Promise<boolean> {
  const row = await rowOf(trx, person)
  const step = row?.confirmed_at ? stepOf(person, row, code) : undefined
  if (step === undefined) return false
  const taken = await trx('totp_factors')
    .where(keyOf(person))
    .whereNotNull('confirmed_at')
    .where('last_step', '<', step)
    .update({ last_step: step })
  return taken === 1
}

const ROWS_A_STEP = 200

interface Stored {
  person_kind: Person['kind']
  person_id: number
  secret: string
}

/** The job: what an earlier APP_SECRET has encrypted is encrypted by the one of today, so that the earlier one may go. */
export async function encryptAnew(db: Db, lease: Lease | undefined): Promise<number> {
  let count = 0
  if (inHand().secrets.length < 2) return count
  for (const person_kind of ['admin', 'user'] as const)
    for (let after = 0; ; ) {
      const some: Stored[] = await db('totp_factors')
        .where({ person_kind })
        .where('person_id', '>', after)
        .orderBy('person_id')
        .limit(ROWS_A_STEP)
      for (const one of some) count += await encryptOne(db, lease, one)
      after = some.at(-1)?.person_id ?? 0
      if (after === 0) break
    }
  return count
}

/** Guarded by what was read: whoever sets another app up meanwhile keeps that one. */
async function encryptOne(db: Db, lease: Lease | undefined, { person_kind, person_id, secret }: Stored) {
  const person = { kind: person_kind, id: person_id }
  const plain = decrypt(person, secret, inHand().secrets.slice(1))
  if (!plain) return 0
  const row = { ...keyOf(person), secret }
  const write = async (trx: Knex.Transaction) => {
    if (lease) await keepLease(trx, lease)
    return trx('totp_factors')
      .where(row)
      .update({ secret: encrypt(person, plain) })
  }
  return transaction(db, write, HARMLESS)
}

export const dropTotp = (trx: Change, person: Person) => trx('totp_factors').where(keyOf(person)).delete()
