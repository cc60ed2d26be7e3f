// The activity of one client, told again from the beginning. Each entry must be possible where it stands, and
// the end must be what the tables say. Whoever changes access takes the client first, so the entries of one
// client stand in the order in which things came to be (HARD-CASES H2).

import type { Activity } from '../../src/domain/activity.ts'
import type { Client } from '../../src/domain/clients.ts'
import type { Invitation } from '../../src/domain/invitations.ts'
import { ALL_BUT_USERS, ALL_PERMISSIONS, PERMISSIONS } from '../../src/domain/permissions.ts'
import type { Db } from '../../src/platform/database.ts'

interface Offer {
  permissions: string[]
  by: { kind: string; id: number | null }
}

interface Told {
  owner: number
  held: Map<number, string[]>
  pending: Map<string, Offer>
  expired: Set<string>
  closed: boolean
  /** What must come next: whoever accepted is associated with exactly this. */
  due?: { request: string; user: number; permissions: string }
}

interface Entry extends Activity {
  request_id: string
}

const ALL = ALL_PERMISSIONS.split(',')
const list = (keys: unknown) => (Array.isArray(keys) ? keys.map(String) : String(keys ?? '').split(','))
const sorted = (keys: string[] = []) => [...keys].sort().join(',')

/** Every entry that could not be, and every difference between the end of the story and the tables. */
export async function storyFaults(db: Db, client: Client): Promise<string[]> {
  const entries: Entry[] = await db('activity').where({ client_id: client.id }).orderBy('id')
  const told: Told = { owner: 0, held: new Map(), pending: new Map(), expired: new Set(), closed: false }
  const emailOf = new Map<number, string>()
  const people = [...entries.map(({ user_id }) => user_id), client.owner_id].filter((id) => id !== null)
  for (const { id, email } of await db('users').whereIn('id', [...new Set(people)])) emailOf.set(id, email)
  const faults: string[] = []
  for (const entry of entries)
    for (const fault of take(told, entry, emailOf))
      faults.push(`client ${client.id}, entry ${entry.id}: ${fault}`)
  if (told.due) faults.push(`client ${client.id}: accepted without an association`)
  return [...faults, ...(await endFaults(db, client, told))]
}

function* take(told: Told, entry: Entry, emailOf: Map<number, string>): Generator<string> {
  const detail = JSON.parse(entry.detail)
  const user = entry.user_id ?? 0
  const needs = (holds: boolean, what: string) => (holds ? [] : [`${entry.action} although ${what}`])
  const by = { kind: entry.actor_kind, id: entry.actor_id }
  if (told.due && told.due.request !== entry.request_id) yield 'someone accepted and was not associated'
  switch (entry.action) {
    case 'client.opened':
      told.owner = user
      told.held.set(user, ALL)
      break
    case 'client.closed':
      yield* needs(!told.closed, 'it is closed')
      told.closed = true
      break
    case 'client.reopened':
      yield* needs(told.closed, 'it is open')
      told.closed = false
      break
    case 'invite.sent':
    case 'invite.replaced':
    case 'invite.resent':
      yield* sendFaults(told, entry, detail.email, emailOf)
      told.pending.set(detail.email, { permissions: list(detail.permissions), by })
      break
    case 'invite.accepted':
      yield* accept(told, entry, detail.sentTo)
      break
    case 'invite.declined':
    case 'invite.cancelled':
    case 'invite.expired':
      yield* needs(told.pending.delete(detail.email), `nothing is pending for ${detail.email}`)
      if (entry.action === 'invite.expired') told.expired.add(detail.email)
      break
    default:
      yield* takeAccess(told, entry, detail, emailOf)
  }
}

function* takeAccess(
  told: Told,
  entry: Entry,
  detail: Record<string, unknown>,
  emailOf: Map<number, string>,
) {
  const user = entry.user_id ?? 0
  const needs = (holds: boolean, what: string) => (holds ? [] : [`${entry.action} although ${what}`])
  switch (entry.action) {
    case 'user.associated':
      yield* needs(!told.held.has(user), 'already associated')
      yield* needs(!told.closed, 'it is closed')
      if (told.due)
        yield* needs(sorted(list(detail.permissions)) === told.due.permissions, 'the offer was another')
      else yield* needs(mayManage(told, entry), 'nobody who may gave it')
      delete told.due
      told.held.set(user, list(detail.permissions))
      break
    case 'user.disassociated':
      yield* needs(user !== told.owner, 'they own it')
      yield* needs(sorted(told.held.get(user)) === sorted(list(detail.before)), 'they held something else')
      told.held.delete(user)
      break
    case 'permissions.changed':
      yield* needs(user !== told.owner && told.held.has(user), 'they own it or are not associated')
      yield* needs(sorted(told.held.get(user)) === sorted(list(detail.before)), 'they held something else')
      told.held.set(user, list(detail.after))
      break
    case 'owner.changed':
      yield* needs(told.held.has(user) && user !== told.owner, 'they are not associated or own it already')
      yield* needs(emailOf.get(told.owner) === detail.before, 'someone else was the owner')
      told.held.set(told.owner, ALL_BUT_USERS.split(','))
      told.held.set(user, ALL)
      told.owner = user
  }
}

const mayManage = (told: Told, { actor_kind, actor_id }: Entry) =>
  actor_kind === 'admin' ||
  actor_kind === 'system' ||
  actor_id === told.owner ||
  Boolean(told.held.get(actor_id ?? 0)?.includes('users'))

function* sendFaults(told: Told, entry: Entry, email: string, emailOf: Map<number, string>) {
  const { action } = entry
  if (!mayManage(told, entry)) yield `${action} by someone who may not`
  if (told.closed) yield `${action} although it is closed`
  if ([...told.held.keys()].some((id) => emailOf.get(id) === email)) yield `${action} to someone associated`
  const waits = told.pending.has(email)
  if (action === 'invite.sent' && waits) yield 'a second pending one'
  if (action === 'invite.replaced' && !waits) yield 'nothing there to replace'
  if (action === 'invite.resent' && !waits && !told.expired.has(email))
    yield 'resent, but neither pending nor expired'
}

function* accept(told: Told, entry: Entry, email: string): Generator<string, void> {
  const offer = told.pending.get(email)
  if (!offer) {
    yield 'accepted although nothing is pending'
    return
  }
  if (told.closed) yield 'accepted although it is closed'
  const inviter = offer.by.kind === 'user' ? (told.held.get(offer.by.id ?? 0) ?? []) : [...PERMISSIONS]
  const may = offer.by.id === told.owner && offer.by.kind === 'user' ? ALL : inviter
  const permissions = offer.permissions.filter((key) => may.includes(key))
  if (permissions.length === 0) yield 'accepted although its inviter could give nothing'
  told.pending.delete(email)
  told.due = { request: entry.request_id, user: entry.user_id ?? 0, permissions: sorted(permissions) }
}

async function endFaults(db: Db, client: Client, told: Told): Promise<string[]> {
  const rows: { user_id: number; permissions: string }[] = await db('associations').where({
    client_id: client.id,
  })
  const pending = await db<Invitation>('invitations').where({ client_id: client.id, status: 'pending' })
  const held = (entries: [number, string[]][]) =>
    entries
      .map(([id, keys]) => `${id}:${sorted(keys)}`)
      .sort()
      .join(' ')
  const pairs: [string, unknown, unknown][] = [
    ['owner', told.owner, client.owner_id],
    ['closed', told.closed, client.status === 'closed'],
    ['held', held([...told.held]), held(rows.map((row) => [row.user_id, row.permissions.split(',')]))],
    [
      'pending',
      [...told.pending.keys()].sort().join(' '),
      pending
        .map(({ email }) => email)
        .sort()
        .join(' '),
    ],
  ]
  return pairs
    .filter(([, said, is]) => said !== is)
    .map(([what, said, is]) => `client ${client.id}: ${what} is ${is}, but the activity tells ${said}`)
}
