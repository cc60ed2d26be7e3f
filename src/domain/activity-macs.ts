// What makes an entry of the activity log, and a seal over entries, provable (HARD-CASES H14): a MAC over all that
// it says, with a key that no database holds. An entry signs no id, which the database gives; its request and its
// number in it are as good. A seal signs the seal before, so that nothing between two heads can be exchanged.

import { createHash, createHmac } from 'node:crypto'

/** What is signed of an entry. */
export interface Signed {
  request_id: string
  ordinal: number
  at: string
  actor_kind: string
  actor_id: number | null
  actor_name: string
  /** The admin who acted as that user. */
  acting_admin_id: number | null
  acting_admin_name: string | null
  client_id: number | null
  user_id: number | null
  action: string
  detail: string
  ip: string
}

export interface Seal {
  number: number
  at: string
  key_id: string
  entries: number
  macs: string
  previous: string
  head: string
  last_at: string
  /** When its entries were forgotten. */
  removed_at?: string | null
}

export const MAC_LENGTH = 43

/** Tells keys apart without giving them away. */
export const keyIdOf = (key: string) =>
  createHash('sha256').update(`key id:${key}`).digest('hex').slice(0, 16)

const macOf = (key: string, parts: unknown[]) =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url')

export function macOfEntry(e: Signed, key: string): string {
  const actor = [e.actor_kind, e.actor_id, e.actor_name, e.acting_admin_id, e.acting_admin_name]
  const what = [e.client_id, e.user_id, e.action, e.detail, e.ip]
  return macOf(key, ['entry', e.request_id, e.ordinal, e.at, ...actor, ...what, keyIdOf(key)])
}

export const signEntry = (entry: Signed, key: string) => ({
  key_id: keyIdOf(key),
  mac: macOfEntry(entry, key),
})

/** Up to where entries may have no MAC of their own. */
export const macOfUnsigned = (upTo: string, key: string) => macOf(key, ['unsigned up to', upTo])

/** Its times too: how old its entries are says when they may be forgotten. */
export const headOf = (seal: Omit<Seal, 'key_id' | 'head' | 'removed_at'>, key: string) =>
  macOf(key, ['seal', seal.number, seal.at, seal.entries, seal.macs, seal.previous, seal.last_at])
