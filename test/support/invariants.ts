// What must be true of a client's rows whatever happened (DESIGN §3), asked of the database itself: one owner
// who is associated, end states whole, and every step of an invitation with its e-mail, activity and event.

import type { Client } from '../../src/domain/clients.ts'
import type { Invitation } from '../../src/domain/invitations.ts'
import { timestamp } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/database.ts'
import { storyFaults } from './history.ts'

interface Mail {
  template: string
  client_id: number
  invitation_id: number
  send_count: number
}

interface Known {
  clients: Client[]
  invitations: Invitation[]
  mails: Mail[]
  /** How often an event was fired about an invitation: 'InviteSent 12'. */
  events: Map<string, number>
}

/** A sentence for everything that is wrong with these clients, or with all; `eventsFrom` spares reading old events. */
export async function faultsIn(db: Db, only?: { clients: number[]; eventsFrom?: number }): Promise<string[]> {
  const mine = (column: string) => (query: { whereIn(column: string, ids: number[]): unknown }) =>
    only && query.whereIn(column, only.clients)
  const clients: Client[] = await db('clients').modify(mine('id')).orderBy('id')
  const invitations: Invitation[] = await db('invitations').modify(mine('client_id'))
  const mails: Mail[] = await db('emails')
    .modify(mine('client_id'))
    .whereNotNull('client_id')
    .select('template', 'client_id', 'invitation_id', 'send_count')
  const events = await eventsSince(db, only?.eventsFrom ?? 0)
  const known = { clients, invitations, mails, events }
  const stories: string[] = []
  for (const client of clients) stories.push(...(await storyFaults(db, client)))
  return [
    ...(await ownerFaults(db, known)),
    ...invitations.flatMap((one) => [...rowFaults(one), ...traceFaults(one, known)]),
    ...(await pendingFaults(db, known)),
    ...stories,
    ...(await mailFaults(db, known)),
  ]
}

export const lastEvent = async (db: Db) => Number((await db('hook_events').max({ id: 'id' }))[0]?.id ?? 0)

async function eventsSince(db: Db, id: number) {
  const counts = new Map<string, number>()
  for (const { name, payload } of await db('hook_events')
    .where('id', '>', id)
    .where('name', 'like', 'Invite%')) {
    const key = `${name} ${JSON.parse(payload).invitation.id}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

async function ownerFaults(db: Db, { clients }: Known) {
  const pairs = await db('associations').whereIn(
    'client_id',
    clients.map(({ id }) => id),
  )
  const there = new Set(pairs.map(({ client_id, user_id }) => `${client_id} ${user_id}`))
  return clients
    .filter(({ id, owner_id }) => !there.has(`${id} ${owner_id}`))
    .map(({ id }) => `client ${id}: its owner is not associated`)
}

function* rowFaults(one: Invitation) {
  const is = `invitation ${one.id} (${one.status})`
  const waits = one.status === 'pending'
  if (waits !== (one.open_email !== null)) yield `${is}: open_email is ${one.open_email}`
  if (waits !== (one.ended_at === null)) yield `${is}: ended_at is ${one.ended_at}`
  if ((one.status === 'accepted') !== (one.accepted_by_user_id !== null))
    yield `${is}: accepted by ${one.accepted_by_user_id}`
  const late = one.ended_at !== null && one.ended_at >= one.expires_at
  if (one.ended_at !== null && late !== (one.status === 'expired')) yield `${is}: ended at ${one.ended_at}`
}

/** Each sending has its e-mail and its event; each end has exactly one event, and no other end has any. */
function* traceFaults(one: Invitation, { mails, events }: Known) {
  const is = `invitation ${one.id} (${one.status})`
  const counts = mails.filter((mail) => mail.invitation_id === one.id).map((mail) => mail.send_count)
  const expected = Array.from({ length: one.send_count }, (_, nth) => nth + 1)
  if (counts.sort((a, b) => a - b).join() !== expected.join())
    yield `${is}: e-mails ${counts}, sent ${one.send_count} times`
  const count = (name: string) => events.get(`${name} ${one.id}`) ?? 0
  const sent = count('InviteSent') + count('InviteResent')
  if (sent !== one.send_count) yield `${is}: ${sent} events, sent ${one.send_count} times`
  for (const [status, name] of [
    ['accepted', 'InviteAccepted'],
    ['declined', 'InviteDeclined'],
    ['cancelled', 'InviteCancelled'],
  ] as const)
    if (count(name) !== Number(one.status === status)) yield `${is}: ${count(name)} ${name}`
  if (one.status === 'expired' && count('InviteExpired') === 0) yield `${is}: no InviteExpired`
}

/** What can still be accepted was sent by someone who may still give some of it, to a client that is open. */
async function pendingFaults(db: Db, { clients, invitations }: Known) {
  const faults: string[] = []
  for (const one of invitations) {
    if (one.status !== 'pending' || one.expires_at <= timestamp()) continue
    const client = clients.find(({ id }) => id === one.client_id)
    if (client?.status === 'closed') faults.push(`invitation ${one.id}: pending at a closed client`)
    if (!one.invited_by_user_id) continue
    const pair = { client_id: one.client_id, user_id: one.invited_by_user_id }
    const keys: string[] = (await db('associations').where(pair).first())?.permissions.split(',') ?? []
    if (!one.permissions.split(',').some((key) => keys.includes(key)))
      faults.push(`invitation ${one.id}: pending, but its inviter can give nothing of it`)
  }
  return faults
}

const TOLD: Record<string, string[]> = {
  'invite.declined': ['invitation-declined'],
  'permissions.changed': ['permissions-changed'],
  'user.disassociated': ['access-removed'],
  'owner.changed': ['owner-received', 'owner-handed-over'],
}

/** Everyone who is to hear of something has a mail of it. */
async function mailFaults(db: Db, { clients, mails }: Known) {
  const ids = clients.map(({ id }) => id)
  const rows = await db('activity').whereIn('client_id', ids).whereIn('action', Object.keys(TOLD))
  return ids.flatMap((id) =>
    Object.entries(TOLD).flatMap(([action, templates]) => {
      const happened = rows.filter((row) => row.client_id === id && row.action === action).length
      const told = (template: string) =>
        mails.filter((m) => m.client_id === id && m.template === template).length
      return templates
        .filter((template) => told(template) !== happened)
        .map((template) => `client ${id}: ${happened} times ${action}, ${told(template)} mails ${template}`)
    }),
  )
}
