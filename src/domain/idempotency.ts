// A call that may come twice is done once. Whoever calls with a key first claims its row; the answer is written into it
// in the very transaction of the change, so that after a crash there is either both or neither. Whoever comes while
// another runs is told to wait; a claim that is left behind by a crash is taken over after half a minute. If its holder
// was only slow, it finds its claim gone and changes nothing: the claim decides, not the clocks (HARD-CASES H13).

import { inDays, inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import type { Change } from './change.ts'
import { newNonce } from './links.ts'
import { Refusal } from './refusal.ts'

export const KEPT_DAYS = 1
export const KEY_MAX = 255
const CLAIMED_MINUTES = 0.5

export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

export interface Claim {
  credentialId: number
  key: string
  token: string
}

interface Row {
  id: number
  fingerprint: string
  claim_token: string
  claimed_at: string
  status: number | null
  headers: string | null
  body: string | null
  expires_at: string
}

interface Asked {
  credentialId: number
  key: string
  /** Of what is asked: the same key with something else is refused. */
  fingerprint: string
}

/** Gives a claim to run the call under, or what was answered already. */
export async function claimKey(db: Db, asked: Asked): Promise<Claim | Answer> {
  const claim: Claim = { credentialId: asked.credentialId, key: asked.key, token: newNonce() }
  const insert = () => insertClaim(db, claim, asked.fingerprint)
  if (await insert()) return claim
  const row: Row | undefined = await db('idempotency_keys').where(rowOf(claim)).first()
  if (row && row.expires_at <= timestamp()) {
    await db('idempotency_keys').where({ id: row.id, expires_at: row.expires_at }).delete()
    if (await insert()) return claim
  }
  // Let go of in this very moment.
  if (!row) throw new Refusal('api.inProgress')
  if (row.fingerprint !== asked.fingerprint) throw new Refusal('api.keyReused')
  if (row.status !== null)
    return { status: row.status, headers: JSON.parse(row.headers ?? '{}'), body: row.body ?? '' }
  if (!(await takeOver(db, row, claim))) throw new Refusal('api.inProgress')
  return claim
}

async function takeOver(db: Db, row: Row, claim: Claim): Promise<boolean> {
  if (row.claimed_at > inMinutes(-CLAIMED_MINUTES)) return false
  const left = { id: row.id, claim_token: row.claim_token, status: null }
  const mine = { claim_token: claim.token, claimed_at: timestamp() }
  return (await transaction(db, (trx) => trx('idempotency_keys').where(left).update(mine), HARMLESS)) === 1
}

const rowOf = ({ credentialId, key }: Claim) => ({ credential_id: credentialId, key })
const held = (claim: Claim) => ({ ...rowOf(claim), claim_token: claim.token, status: null })

/** Whether the key was free. After a lost COMMIT it may be there already, and ours. */
async function insertClaim(db: Db, claim: Claim, fingerprint: string): Promise<boolean> {
  const at = timestamp()
  const times = { claimed_at: at, created_at: at, expires_at: inDays(KEPT_DAYS) }
  const row = { ...rowOf(claim), fingerprint, claim_token: claim.token, ...times }
  try {
    await transaction(db, (trx) => trx('idempotency_keys').insert(row), HARMLESS)
    return true
  } catch (error) {
    if (!isDuplicate(error)) throw error
    return Boolean(await db('idempotency_keys').where(held(claim)).first('id'))
  }
}

/** In the transaction of the change: refuses, so that it is undone, when another has taken the call over. */
export async function keepAnswer(trx: Change | Db, claim: Claim, { status, headers, body }: Answer) {
  const row = { status, headers: JSON.stringify(headers), body }
  const kept = await trx('idempotency_keys').where(held(claim)).update(row)
  if (kept !== 1) throw new Refusal('api.inProgress')
}

/** Nothing was done: the key may be used as if it had not been. */
export const releaseKey = (db: Db, claim: Claim) =>
  transaction(db, (trx) => trx('idempotency_keys').where(held(claim)).delete(), HARMLESS)
