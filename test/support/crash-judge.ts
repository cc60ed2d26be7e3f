// After the crashes: what was answered must be there, with its e-mail and its hook run; what was not answered is
// absent or whole (invariants.ts sees to that); nothing came out that never happened.

import type { Invitation } from '../../src/domain/invitations.ts'
import type { Db } from '../../src/platform/database.ts'
import type { Journal } from './crash-load.ts'
import { doubled } from './faults.ts'
import type { Received } from './smtp.ts'

interface Mail {
  status: string
  message_id: string
  template: string
  invitation_id: number | null
  send_count: number | null
}

export const HOOKED = [
  'InviteSent',
  'InviteResent',
  'InviteAccepted',
  'InviteCancelled',
  'UserAssociated',
  'OwnerChanged',
]

const messageIdOf = ({ source }: Received) => /^Message-ID:\s*(<[^>]+>)/im.exec(source)?.[1] ?? ''

/** Whatever still waits to be sent or run. */
export async function waiting(db: Db): Promise<number> {
  let count = 0
  for (const table of ['emails', 'hook_events', 'hook_deliveries'])
    count += Number((await db(table).where({ status: 'waiting' }).count({ n: '*' }))[0]?.n ?? 0)
  return count
}

/** Sentences about everything lost, and about everything that came out of nothing. */
export async function judge(db: Db, journal: Journal, received: Received[], ranIds: string[]) {
  const invitations: Invitation[] = await db('invitations')
  const mails: Mail[] = await db('emails')
  const inBox = received.map(messageIdOf)
  const events: { event_id: string; name: string }[] = await db('hook_events').whereIn('name', HOOKED)
  const [box, ran] = [new Set(inBox), new Set(ranIds)]
  const [known, fired] = [
    new Set(mails.map((mail) => mail.message_id)),
    new Set(events.map((e) => e.event_id)),
  ]
  return {
    lost: [
      ...answeredFaults(journal, invitations),
      ...(await ownerFaults(db, journal)),
      ...mails.flatMap((mail) => mailFaults(mail, invitations, box)),
      ...events.filter((e) => !ran.has(e.event_id)).map((e) => `no hook ran for ${e.name} ${e.event_id}`),
    ],
    ghosts: [
      ...inBox.filter((id) => !known.has(id)).map((id) => `message ${id} was sent, but is in no row`),
      ...ranIds.filter((id) => !fired.has(id)).map((id) => `a hook ran for event ${id}, which is in no row`),
    ],
    doubledEmails: doubled(inBox),
    doubledHookRuns: doubled(ranIds),
  }
}

function grouped<Key, Row>(rows: Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>()
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row])
  return groups
}

function* answeredFaults(journal: Journal, invitations: Invitation[]) {
  const byEmail = grouped(invitations, (row) => row.email)
  const byId = new Map(invitations.map((row) => [row.id, row]))
  for (const { email, status } of journal.invites)
    if (status === 303 && byEmail.get(email)?.length !== 1)
      yield `${email} was invited, but has ${byEmail.get(email)?.length} rows`
  for (const { email, guestId, status } of journal.accepts)
    if (status === 303 && byEmail.get(email)?.[0]?.accepted_by_user_id !== guestId)
      yield `${guestId} accepted ${email}, but is not in the row`
  for (const { id, status } of journal.cancels)
    if (status === 303 && byId.get(id)?.status !== 'cancelled')
      yield `invitation ${id} was cancelled, but is ${byId.get(id)?.status}`
  const resends = grouped(journal.resends, ({ id }) => id)
  for (const [id, tries] of resends) {
    const answered = tries.filter(({ status }) => status === 303).length
    const maybe = tries.filter(({ status }) => status === 0).length
    const more = (byId.get(id)?.send_count ?? 0) - 1
    if (more < answered || more > answered + maybe)
      yield `invitation ${id} was resent ${answered} times, the row says ${more}`
  }
}

async function ownerFaults(db: Db, journal: Journal) {
  const rows = await db('activity').where({ action: 'owner.changed' })
  return [...grouped(journal.owners, ({ clientId }) => clientId)].flatMap(([clientId, tries]) => {
    const answered = tries.filter(({ status }) => status === 303).length
    const maybe = tries.filter(({ status }) => status === 0).length
    const happened = rows.filter((row) => row.client_id === clientId).length
    const holds = happened >= answered && happened <= answered + maybe
    return holds ? [] : [`client ${clientId} got ${answered} new owners, the activity tells ${happened}`]
  })
}

/** Sent and arrived, or superseded because its link is no longer the one or its invitation no longer pending. */
function mailFaults(mail: Mail, invitations: Invitation[], box: Set<string>) {
  const what = `${mail.template} ${mail.message_id}`
  if (mail.status === 'sent') return box.has(mail.message_id) ? [] : [`${what} is sent, but never arrived`]
  if (mail.status !== 'superseded') return [`${what} is ${mail.status}`]
  const about = invitations.find(({ id }) => id === mail.invitation_id)
  const stale = about && (about.status !== 'pending' || (mail.send_count ?? 0) < about.send_count)
  return stale ? [] : [`${what} is superseded, but its link is the one that counts`]
}
