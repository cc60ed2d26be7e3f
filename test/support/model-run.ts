// The steps of the model on the real thing: the domain's own functions on a database, each run with two clients
// of its own, so that thousands of runs need no fresh database.

import { randomUUID } from 'node:crypto'
import { accept, decline, registerAndAccept } from '../../src/domain/accepting.ts'
import { associate, findClientUser } from '../../src/domain/associations.ts'
import type { Actor } from '../../src/domain/change.ts'
import { type Client, openClient } from '../../src/domain/clients.ts'
import { closeClient, reopenClient } from '../../src/domain/closing.ts'
import { setPermissions } from '../../src/domain/editing-access.ts'
import { cancelInvitation, expireInvitations, type Invitation } from '../../src/domain/invitations.ts'
import { invite, resendInvitation } from '../../src/domain/inviting.ts'
import { linkTo } from '../../src/domain/links.ts'
import { makeOwner } from '../../src/domain/ownership.ts'
import { NotFound, Refusal } from '../../src/domain/refusal.ts'
import { removeAccess } from '../../src/domain/removing-access.ts'
import { fullName, type User } from '../../src/domain/users.ts'
import { moveClock, now } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/database.ts'
import { lastEvent } from './invariants.ts'
import {
  type Answer,
  type Associate,
  type Change,
  type Close,
  type Invite,
  type Model,
  PEOPLE,
  type Person,
  type Send,
  type Step,
  type Wait,
  type Who,
} from './model.ts'

type Manage = Invite | Associate | Change | Close

const DAY_MINUTES = 24 * 60
const BLANK = { address1: '', address2: '', city: '', state: '', postcode: '', country: '', phone: '' }

const system = (): Actor => ({
  kind: 'system',
  id: null,
  name: 'job',
  ip: '',
  requestId: randomUUID(),
  entries: { next: 0 },
})

/** Two new clients, Alice's and Bob's, where the other of them may see tickets. */
export async function begin(db: Db) {
  const run = randomUUID().slice(0, 8)
  const eventsFrom = await lastEvent(db)
  const emailOf = (who: Person) =>
    who === 'dora' || who === 'erik' ? `${who}-${run}@example.com` : `${who}@example.com`
  const userOf = (who: Person): Promise<User | undefined> =>
    db('users')
      .where({ email: emailOf(who) })
      .first()
  const clients: Client[] = []
  for (const who of ['alice', 'bob'] as const) {
    const owner = (await userOf(who)) as User
    const { first_name, last_name, email } = owner
    const profile = { ...BLANK, company_name: `${run} ${who}`, first_name, last_name, email }
    const client = await openClient(db, system(), owner, profile)
    clients.push(client)
    const other = (await userOf(who === 'alice' ? 'bob' : 'alice')) as User
    await associate(db, { ...system(), kind: 'admin', id: 1 }, client, other, ['tickets'])
  }
  const ids = clients.map(({ id }) => id)
  /** The first nonce of each that was seen, for links that were replaced since. */
  const firstNonces = new Map<number, string>()
  const invitations = async () => {
    const all: Invitation[] = await db('invitations').whereIn('client_id', ids).orderBy('id')
    for (const { id, nonce } of all) if (!firstNonces.has(id)) firstNonces.set(id, nonce)
    return all
  }
  return { db, ids, clients, eventsFrom, emailOf, userOf, invitations, firstNonces }
}

export type Run = Awaited<ReturnType<typeof begin>>

/** Tries the step; gives 'ok', or the key of what it was refused with. Anything else that is thrown is a bug. */
export async function tryStep(run: Run, step: Step): Promise<string> {
  try {
    return (await take(run, step)) === 'skipped' ? 'skipped' : 'ok'
  } catch (error) {
    if (error instanceof Refusal) return error.key
    if (error instanceof NotFound) return 'not found'
    throw error
  }
}

async function actorOf(run: Run, step: Step): Promise<Actor | undefined> {
  const who: Who = 'by' in step ? step.by : 'ada'
  if (who === 'ada') return { ...system(), kind: 'admin', id: 1, name: 'Ada Admin' }
  const user = who === 'owner' ? await ownerOf(run, step) : await run.userOf(who)
  return user && { ...system(), kind: 'user', id: user.id, name: fullName(user) }
}

async function ownerOf(run: Run, step: Step): Promise<User | undefined> {
  const id = 'offer' in step ? (await invitationOf(run, step.offer))?.client_id : undefined
  const client = await run
    .db('clients')
    .where({ id: id ?? run.ids['client' in step ? step.client : 0] })
    .first()
  return run.db('users').where({ id: client.owner_id }).first()
}

const visitor = (): Actor => ({ ...system(), kind: 'visitor', name: '' })

async function take(run: Run, step: Step): Promise<unknown> {
  if (step.act === 'wait') return wait(run, step)
  const by = await actorOf(run, step)
  switch (step.act) {
    case 'decline':
    case 'register':
      return answer(run, step, visitor())
    case 'accept':
      return by ? answer(run, step, by) : 'skipped'
    case 'resend':
    case 'cancel':
      return by ? resendOrCancel(run, step, by) : 'skipped'
    default:
      return by ? manage(run, step, by, run.clients[step.client] as Client) : 'skipped'
  }
}

async function manage(run: Run, step: Manage, by: Actor, client: Client): Promise<unknown> {
  const { db } = run
  if (step.act === 'close') return closeClient(db, by, client)
  if (step.act === 'reopen') return reopenClient(db, by, client)
  if (step.act === 'invite')
    return invite(db, by, client, { email: run.emailOf(step.to), permissions: step.keys })
  const { who, keys } = step as Associate | Change
  const known = await run.userOf(who)
  if (step.act === 'associate') {
    const someone = known ?? { email: run.emailOf(who), first_name: who, last_name: 'New' }
    return associate(db, by, client, someone, keys, { confirmed: step.confirmed })
  }
  const target = known && (await findClientUser(db, client, known.id))
  if (!target) throw new NotFound()
  if (step.act === 'remove') return removeAccess(db, by, client, target)
  if (step.act === 'makeOwner') return makeOwner(db, by, client, target)
  return setPermissions(db, by, client, target, keys)
}

async function wait({ db }: Run, { days, job }: Wait) {
  moveClock(days * DAY_MINUTES)
  if (job) await runJob(db)
}

/** Writes down what ran out by the clock that was moved. */
export const runJob = (db: Db) => expireInvitations(db, system)

async function invitationOf(run: Run, nth: number) {
  const all = await run.invitations()
  return all.at(-1 - (nth % all.length))
}

async function answer(run: Run, step: Answer, by: Actor) {
  const invitation = await invitationOf(run, step.offer)
  if (!invitation) return 'skipped'
  const nonce = step.old ? (run.firstNonces.get(invitation.id) ?? '') : invitation.nonce
  const token = linkTo('invite', { id: invitation.id, nonce }).split('/').at(-1) ?? ''
  if (step.act === 'decline') return decline(run.db, by, token)
  if (step.act === 'accept') return accept(run.db, by, token, (await run.userOf(step.by)) as User)
  const person = { email: run.emailOf(step.by), first_name: step.by, last_name: 'New', password_hash: 'none' }
  return registerAndAccept(run.db, by, token, person)
}

async function resendOrCancel(run: Run, step: Send, by: Actor) {
  const invitation = await invitationOf(run, step.offer)
  if (!invitation) return 'skipped'
  const client = run.clients.find(({ id }) => id === invitation.client_id) as Client
  return step.act === 'resend'
    ? resendInvitation(run.db, by, client, invitation)
    : cancelInvitation(run.db, by, client, invitation)
}

const sorted = (keys: readonly string[]) => [...keys].sort().join(',')

/** What the model says, in the words of `seen`. */
export const said = (model: Model) => ({
  accounts: model.accounts.map(({ owner, closed, held }) => ({
    owner,
    closed,
    held: Object.fromEntries([...held].map(([who, keys]) => [who, sorted(keys)])),
  })),
  offers: model.offers.map((offer) => {
    const { client, to, by, keys, sends, acceptedBy } = offer
    return { client, to, by, keys: sorted(keys), sends, acceptedBy, status: model.statusOf(offer) }
  }),
})

/** What the tables say. */
export async function seen(run: Run) {
  const { db, ids } = run
  const names = new Map<number | null, Person>()
  for (const who of PEOPLE) names.set((await run.userOf(who))?.id ?? null, who)
  names.delete(null)
  const clients: Client[] = await db('clients').whereIn('id', ids).orderBy('id')
  const held = await db('associations').whereIn('client_id', ids)
  const at = now().toISOString()
  return {
    accounts: clients.map(({ id, owner_id, status }) => ({
      owner: names.get(owner_id),
      closed: status === 'closed',
      held: Object.fromEntries(
        held.filter((row) => row.client_id === id).map((row) => [names.get(row.user_id), row.permissions]),
      ),
    })),
    offers: (await run.invitations()).map((row) => ({
      client: ids.indexOf(row.client_id),
      to: PEOPLE.find((who) => run.emailOf(who) === row.email),
      by: row.invited_by_admin_id ? 'ada' : names.get(row.invited_by_user_id),
      keys: row.permissions,
      sends: row.send_count,
      acceptedBy: names.get(row.accepted_by_user_id),
      status: row.status === 'pending' && row.expires_at <= at ? 'expired' : row.status,
    })),
  }
}
