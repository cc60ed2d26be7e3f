// Nothing happened without a trace (R26, R29): each invitation has its e-mails and its entries in the activity log,
// each access tells how it came to be, and the log's last word about an owner is the owner. The log names an
// address inside its detail, so entries are counted per client and address. Events are in doctor-events.ts.
// What came before the moment until which the log was forgotten need not be in it any more.

import { type Check, INVITATIONS } from './doctor-checks.ts'
import { FORGOTTEN } from './forgetting-activity.ts'

const PER_CLIENT = { table: 'clients', key: 'id' }
const STEP = 'client_id > :after AND client_id <= :upTo'

/** A text inside a column of JSON, in words that every database knows. */
const textIn = (column: string, path: string) =>
  `SUBSTR(REPLACE(CASE WHEN JSON_VALID(${column}) THEN JSON_EXTRACT(${column}, '${path}') END, '"', ''), 1, 254)`

// Both sides in one list, counted per address: no join, which MariaDB would do pair by pair.
const SENT = `(SELECT client_id, email AS address, send_count AS sent, 0 AS logged FROM invitations
    WHERE ${STEP} AND created_at > ${FORGOTTEN}
  UNION ALL SELECT client_id, ${textIn('detail', '$.email')}, 0, 1 FROM activity
    WHERE ${STEP} AND action IN ('invite.sent', 'invite.replaced', 'invite.resent')) b`
const ended = (
  since?: string,
) => `(SELECT client_id, email AS address, status, 1 AS ended, 0 AS logged FROM invitations
    WHERE ${STEP} AND status <> 'pending'${since ? ` AND ended_at > ${since}` : ''}
  UNION ALL SELECT client_id, CASE action WHEN 'invite.accepted' THEN ${textIn('detail', '$.sentTo')}
      ELSE ${textIn('detail', '$.email')} END, SUBSTR(action, 8), 0, 1 FROM activity
    WHERE ${STEP} AND action IN ('invite.accepted', 'invite.declined', 'invite.cancelled', 'invite.expired')) b`
const ENDS = {
  over: { ...PER_CLIENT, column: 'b.client_id' },
  select:
    'b.client_id AS client, b.address AS email, b.status, SUM(b.ended) AS ended, SUM(b.logged) AS logged',
  group: 'b.client_id, b.address, b.status',
}

const logged = (client: string, user: string, ...actions: string[]) =>
  `EXISTS (SELECT 1 FROM activity a WHERE a.user_id = ${user} AND a.client_id = ${client}
    AND a.action IN (${actions.map((action) => `'${action}'`)}))`

const mailsOf = (what: string) =>
  `(SELECT COUNT(${what}) FROM emails m WHERE m.invitation_id = i.id AND m.template = 'invitation')`

const ACCEPTED = 'i.id AS invitation, i.client_id AS client, i.accepted_by_user_id AS user'

export const traceChecks: Check[] = [
  {
    check: 'invitation.emails',
    ...INVITATIONS,
    select: `i.id AS invitation, i.client_id AS client, i.send_count AS sent, ${mailsOf('*')} AS emails`,
    where: `${mailsOf('*')} <> i.send_count OR ${mailsOf('DISTINCT m.send_count')} <> i.send_count`,
  },
  {
    check: 'invitation.reminder',
    ...INVITATIONS,
    select: 'i.id AS invitation, i.client_id AS client, i.reminded_at AS at',
    where: `i.reminded_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM emails m WHERE m.invitation_id = i.id
      AND m.template = 'invitation-reminder' AND m.send_count = i.send_count)`,
  },
  {
    check: 'invitation.sentActivity',
    over: { ...PER_CLIENT, column: 'b.client_id' },
    from: SENT,
    select: 'b.client_id AS client, b.address AS email, SUM(b.sent) AS sent, SUM(b.logged) AS logged',
    group: 'b.client_id, b.address',
    having: 'SUM(b.sent) > SUM(b.logged)',
  },
  {
    check: 'invitation.endActivity',
    ...ENDS,
    from: ended(FORGOTTEN),
    having: 'SUM(b.ended) > SUM(b.logged)',
  },
  {
    // But for expired, which may be sent again: an end is reached once.
    check: 'invitation.endedTwice',
    ...ENDS,
    from: ended(),
    where: "b.status <> 'expired'",
    having: 'SUM(b.logged) > SUM(b.ended)',
  },
  {
    check: 'invitation.joined',
    ...INVITATIONS,
    select: ACCEPTED,
    where: `i.status = 'accepted' AND i.ended_at > ${FORGOTTEN}
      AND NOT ${logged('i.client_id', 'i.accepted_by_user_id', 'user.associated')}`,
  },
  {
    check: 'invitation.access',
    ...INVITATIONS,
    select: ACCEPTED,
    where: `i.status = 'accepted' AND i.ended_at > ${FORGOTTEN}
      AND NOT EXISTS (SELECT 1 FROM associations s WHERE s.client_id = i.client_id AND s.user_id = i.accepted_by_user_id)
      AND NOT ${logged('i.client_id', 'i.accepted_by_user_id', 'user.disassociated', 'user.left', 'access.ended')}`,
  },
  {
    check: 'association.activity',
    over: { table: 'associations', key: 'client_id', column: 's.client_id' },
    from: 'associations s',
    select: 's.client_id AS client, s.user_id AS user',
    where: `s.created_at > ${FORGOTTEN} AND NOT ${logged('s.client_id', 's.user_id', 'user.associated', 'client.opened')}`,
  },
  {
    // Changes of one client wait for each other (takeClient), so the highest id is the latest.
    check: 'client.ownerHistory',
    over: { ...PER_CLIENT, column: 'c.id' },
    from: `clients c JOIN (SELECT client_id, MAX(id) AS latest FROM activity
        WHERE ${STEP} AND action IN ('client.opened', 'owner.changed') GROUP BY client_id) l ON l.client_id = c.id
      JOIN activity a ON a.id = l.latest`,
    select: 'c.id AS client, c.owner_id AS user, COALESCE(a.user_id, 0) AS logged',
    where: 'COALESCE(a.user_id, 0) <> c.owner_id',
  },
]
