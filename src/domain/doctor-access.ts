// Access with an end and access that rests, as questions to the database: an owner's does neither (HARD-CASES H10), what
// is over is written down in time, and nothing that a suspended user sent is pending (R20).

import type { Check } from './doctor-checks.ts'
import { isWellKept } from './wanted-mail.ts'

export const accessChecks: Check[] = [
  {
    check: 'client.ownerTimes',
    over: { table: 'clients', key: 'id', column: 'c.id' },
    from: 'clients c JOIN associations s ON s.client_id = c.id AND s.user_id = c.owner_id',
    select: 'c.id AS client, c.owner_id AS user',
    where: 's.ends_at IS NOT NULL OR s.suspended_at IS NOT NULL',
  },
  {
    check: 'association.overdue',
    over: { table: 'associations', key: 'client_id', column: 's.client_id' },
    from: 'associations s JOIN clients c ON c.id = s.client_id AND c.owner_id <> s.user_id',
    whole: true,
    select: 's.client_id AS client, s.user_id AS user, s.ends_at',
    where: 's.ends_at < :ago20',
    again: true,
  },
  {
    check: 'association.mail',
    over: { table: 'associations', key: 'client_id', column: 's.client_id' },
    from: 'associations s',
    select: 's.client_id AS client, s.user_id AS user, s.unwanted_mail AS unwanted',
    where: "s.unwanted_mail <> ''",
    isWrong: ({ unwanted }) => !isWellKept(String(unwanted)),
  },
  {
    check: 'invitation.inviterSuspended',
    over: { table: 'invitations', key: 'id', column: 'i.id' },
    from: `invitations i JOIN users u ON u.id = i.invited_by_user_id JOIN associations s
      ON s.client_id = i.client_id AND s.user_id = COALESCE(u.merged_into_id, u.id)`,
    select: 'i.id AS invitation, i.client_id AS client, i.invited_by_user_id AS user',
    where: "i.status = 'pending' AND i.expires_at > :soon AND s.suspended_at IS NOT NULL",
  },
]
