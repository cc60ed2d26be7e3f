// Every sending, every end and every change of access has its hook event (R26). Events name what they are about inside
// their payload only, so they are read once, in steps, against a table of counters of a fixed size: what must be there
// counts up, what is there counts down. Both are only ever added to, and what must be there is read first, so nothing
// that happens meanwhile can look like a loss. Counters are shared by chance: what is left is asked for by itself.

import type { Db } from '../platform/database.ts'
import type { Found } from './doctor.ts'
import { type CheckName, INVITATIONS, type Over, type Row } from './doctor-checks.ts'
import { type Step, steps } from './doctor-steps.ts'

/** What must be there `times`, under one of these names, about `one` (and `other`). */
interface Demand {
  names: string[]
  one: number
  other: number
  times: number
}

interface Pairing {
  check: CheckName
  over: Over
  from: string
  where: string
  select: string
  demandOf(row: Row): Demand
}

const ENDS: Record<string, string> = {
  accepted: 'InviteAccepted',
  declined: 'InviteDeclined',
  cancelled: 'InviteCancelled',
  expired: 'InviteExpired',
}
const ACCESS: Record<string, string> = {
  'user.associated': 'UserAssociated',
  'user.disassociated': 'UserDisassociated',
  'permissions.changed': 'PermissionsChanged',
  'owner.changed': 'OwnerChanged',
  'transfer.requested': 'OwnershipTransferRequested',
  'user.left': 'UserDisassociated',
  'access.suspended': 'AssociationSuspended',
  'access.resumed': 'AssociationResumed',
  'access.ended': 'AssociationEnded',
}
const SENDINGS = ['InviteSent', 'InviteResent']
const NAMES = [...new Set([...SENDINGS, ...Object.values(ENDS), ...Object.values(ACCESS)])]
const quoted = (texts: string[]) => texts.map((text) => `'${text}'`).join(', ')

const INVITATION = 'i.id AS invitation, i.client_id AS client'
const pairings: Pairing[] = [
  {
    check: 'invitation.sentEvent',
    ...INVITATIONS,
    where: '1 = 1',
    select: `${INVITATION}, i.send_count AS sent`,
    demandOf: ({ invitation, sent }) => ({
      names: SENDINGS,
      one: Number(invitation),
      other: 0,
      times: Number(sent),
    }),
  },
  {
    check: 'invitation.endEvent',
    ...INVITATIONS,
    where: `i.status IN (${quoted(Object.keys(ENDS))})`,
    select: `${INVITATION}, i.status`,
    demandOf: ({ invitation, status }) => ({
      names: [ENDS[String(status)] ?? ''],
      one: Number(invitation),
      other: 0,
      times: 1,
    }),
  },
  {
    check: 'activity.event',
    over: { table: 'activity', key: 'id', column: 'a.id' },
    from: 'activity a',
    where: `a.action IN (${quoted(Object.keys(ACCESS))}) AND a.client_id IS NOT NULL`,
    select: 'a.action, a.client_id AS client, COALESCE(a.user_id, 0) AS user',
    demandOf: ({ action, client, user }) => ({
      names: [ACCESS[String(action)] ?? ''],
      one: Number(client),
      other: Number(user),
      times: 1,
    }),
  },
]

const numberIn = (path: string) =>
  `CASE WHEN JSON_VALID(e.payload) THEN JSON_EXTRACT(e.payload, '${path}') END`
const ABOUT_INVITATION = numberIn('$.invitation.id')
const ABOUT_CLIENT = numberIn('$.client.id')
const ABOUT_USER = `COALESCE(${numberIn('$.user.id')}, ${numberIn('$.owner.id')})`

const SLOTS = 2 ** 22
const SPREAD = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35] as const

function slotOf({ names, one, other }: Omit<Demand, 'times'>): number {
  const kind = NAMES.indexOf(names[0] ?? '')
  const mixed = Math.imul(one, SPREAD[0]) ^ Math.imul(other, SPREAD[1]) ^ Math.imul(kind, SPREAD[2])
  return (mixed ^ (mixed >>> 15)) & (SLOTS - 1)
}

async function* demands(db: Db, { over, from, select, where, demandOf }: Pairing) {
  for await (const step of steps(db, over)) {
    const rows: Row[] = await within(db.select(db.raw(select)).fromRaw(from), over, step).whereRaw(where)
    for (const row of rows) yield { row, demand: demandOf(row) }
  }
}

const within = (query: ReturnType<Db['select']>, over: Over, { after, upTo }: Step) =>
  query.where(over.column, '>', after).where(over.column, '<=', upTo)

/** Each that is missing an event. */
export async function* missingEvents(db: Db): AsyncGenerator<Found> {
  const counters = new Int32Array(SLOTS)
  const count = (key: Omit<Demand, 'times'>, times: number) => {
    const slot = slotOf(key)
    counters[slot] = (counters[slot] ?? 0) + times
  }
  for (const pairing of pairings)
    for await (const { demand } of demands(db, pairing)) count(demand, demand.times)
  for await (const event of events(db)) count(event, -1)
  if (counters.every((left) => left <= 0)) return
  for (const pairing of pairings)
    for await (const { row, demand } of demands(db, pairing))
      if ((counters[slotOf(demand)] ?? 0) > 0 && (await isMissing(db, demand)))
        yield { check: pairing.check, values: row }
}

async function* events(db: Db) {
  const over = { table: 'hook_events', key: 'id', column: 'e.id' }
  for await (const step of steps(db, over)) {
    const select = `e.name, ${ABOUT_INVITATION} AS invitation, ${ABOUT_CLIENT} AS client, ${ABOUT_USER} AS user`
    const rows: Row[] = await within(db.select(db.raw(select)).fromRaw('hook_events e'), over, step).whereIn(
      'e.name',
      NAMES,
    )
    for (const { name, invitation, client, user } of rows) yield keyOf(String(name), invitation, client, user)
  }
}

function keyOf(name: string, invitation: unknown, client: unknown, user: unknown) {
  if (SENDINGS.includes(name)) return { names: SENDINGS, one: Number(invitation), other: 0 }
  if (name.startsWith('Invite')) return { names: [name], one: Number(invitation), other: 0 }
  return { names: [name], one: Number(client), other: Number(user) }
}

/** Asks for exactly these; an activity entry has as many like it as there must be events. */
async function isMissing(db: Db, { names, one, other, times }: Demand): Promise<boolean> {
  const actions = Object.keys(ACCESS).filter((action) => ACCESS[action] === names[0])
  const isAccess = actions.length > 0
  const needed = isAccess
    ? db('activity')
        .where({ client_id: one })
        .whereIn('action', actions)
        .whereRaw('COALESCE(user_id, 0) = ?', [other])
    : undefined
  const wanted = needed ? Number((await needed.count({ n: '*' }))[0]?.n) : times
  const about = isAccess
    ? [ABOUT_CLIENT, one, `COALESCE(${ABOUT_USER}, 0)`, other]
    : [ABOUT_INVITATION, one, '0', 0]
  const [counted] = await db('hook_events as e')
    .whereIn('e.name', names)
    .whereRaw(`${about[0]} = ? AND ${about[2]} = ?`, [about[1] ?? 0, about[3] ?? 0])
    .count({ n: '*' })
  return Number(counted?.n) < wanted
}
