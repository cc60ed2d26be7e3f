// The way into an empty production database: one link, for sixty minutes, to make the first admin (HARD-CASES H9). Of
// many processes one writes its row and tells the address; whoever makes any admin, by whatever way, uses it up in the
// same transaction, and it is never made again.

import { randomUUID } from 'node:crypto'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { record } from './activity.ts'
import { insertAdmin, type NewAdmin } from './admins.ts'
import { type Actor, change } from './change.ts'
import { linkTo, newNonce, readToken } from './links.ts'
import { hashPassword } from './passwords.ts'
import { Refusal } from './refusal.ts'
import { lastSettings } from './settings.ts'

const MINUTES = 60
const ROW = { id: 1 }

interface FirstAdminLink {
  id: number
  nonce: string
  expires_at: string
  used_at: string | null
}

const link = (db: Db): Promise<FirstAdminLink | undefined> => db('first_admin_links').where(ROW).first()

/** The link and until when it works, for the one process that made it; nothing when there is nothing to do. */
export async function makeFirstLink(db: Db): Promise<{ link: string; until: string } | undefined> {
  if (await db('admins').first('id')) return undefined
  const now = timestamp()
  const before = await link(db)
  if (before && (before.used_at || before.expires_at > now)) return undefined
  const fresh = { nonce: newNonce(), expires_at: inMinutes(MINUTES), created_at: now }
  const by: Actor = { ...SYSTEM, requestId: randomUUID(), entries: { next: 0 } }
  const made = await change(db, by, async (trx) => {
    await record(trx, 'admin.firstLinkMade')
    if (!before)
      return trx('first_admin_links')
        .insert({ ...ROW, ...fresh })
        .then(() => 1)
    const same = { ...ROW, nonce: before.nonce, used_at: null }
    const rows = await trx('first_admin_links').where(same).update(fresh)
    if (rows !== 1) throw new Refusal('link.dead')
    return rows
  }).catch((error) => {
    if (isDuplicate(error) || error instanceof Refusal) return 0
    throw error
  })
  if (!made) return undefined
  return { link: linkTo('first-admin', { ...ROW, nonce: fresh.nonce }), until: fresh.expires_at }
}

const SYSTEM = { kind: 'system' as const, id: null, name: 'first-admin', ip: '' }

export async function findFirstLink(db: Db, token: string): Promise<FirstAdminLink | undefined> {
  const row = await readToken('first-admin', token, async (id) => (id === ROW.id ? link(db) : undefined))
  return row && !row.used_at && row.expires_at > timestamp() ? row : undefined
}

/** Makes the first admin, with every right. */
export async function useFirstLink(db: Db, by: Actor, token: string, input: NewAdmin) {
  const found = await findFirstLink(db, token)
  if (!found) throw new Refusal('link.dead')
  const password_hash = await hashPassword(input.password, {
    email: input.email,
    product: lastSettings(db).name,
  })
  await change(db, by, async (trx) => {
    const same = { ...ROW, nonce: found.nonce, used_at: null }
    const used = await trx('first_admin_links').where(same).update({ used_at: timestamp() })
    if (used !== 1) throw new Refusal('link.dead')
    const { name, email } = input
    await insertAdmin(trx, { name, email, role: 'full', password_hash })
  })
}
