// Nothing waits for ever (R27, R28): whatever is due is sent or run, whatever is claimed is in the hands of a worker
// that lives, and after its day it is settled one way or the other. What failed is settled: admins see it. Clocks of
// machines differ, so a worker counts as gone only if its beat stands still while it is looked at again.

import { type Check, isLost, lacks } from './doctor-checks.ts'

const table = (name: string, alias: string) => ({
  over: { table: name, key: 'id', column: `${alias}.id` },
  from: `${name} ${alias}`,
})
const EMAILS = table('emails', 'm')
const EMAIL = 'm.id AS email, m.template, m.to_address AS address'
const EVENTS = table('hook_events', 'e')
const DELIVERIES = table('hook_deliveries', 'd')
const DELIVERY = 'd.id AS delivery, d.event_id AS event, d.hook'

const beatOf = (alias: string) =>
  `COALESCE((SELECT w.beat FROM workers w WHERE w.id = ${alias}.claimed_by), -1) AS beat`
const isHeldByNobody = (alias: string) => `${alias}.claim_token IS NOT NULL AND (${alias}.status <> 'waiting'
  OR ${alias}.claimed_by IS NULL OR NOT EXISTS (SELECT 1 FROM workers w
    WHERE w.id = ${alias}.claimed_by AND w.seen_at > :ago5))`
const worker = (alias: string) => `COALESCE(${alias}.claimed_by, '-') AS worker`

const emails: Check[] = [
  {
    check: 'email.orphan',
    ...EMAILS,
    select: EMAIL,
    where: `${isLost('clients', 'm.client_id')} OR ${isLost('users', 'm.user_id')}
      OR ${isLost('invitations', 'm.invitation_id')} OR (m.template IN ('invitation', 'invitation-reminder') AND m.invitation_id IS NULL)`,
  },
  {
    check: 'email.stuck',
    ...EMAILS,
    whole: true,
    select: `${EMAIL}, m.next_attempt_at AS due`,
    where: "m.status = 'waiting' AND m.next_attempt_at < :ago15",
    again: true,
  },
  {
    check: 'email.late',
    ...EMAILS,
    whole: true,
    select: `${EMAIL}, m.retry_until AS until`,
    where: "m.status = 'waiting' AND m.retry_until < :agoLongest",
    again: true,
  },
  {
    check: 'email.claim',
    ...EMAILS,
    select: `${EMAIL}, ${worker('m')}, ${beatOf('m')}`,
    where: isHeldByNobody('m'),
    again: true,
  },
  {
    check: 'email.sentAt',
    ...EMAILS,
    select: `${EMAIL}, m.status`,
    where: "(m.status = 'sent') <> (m.sent_at IS NOT NULL)",
  },
  {
    check: 'email.superseded',
    ...EMAILS,
    from: 'emails m JOIN invitations i ON i.id = m.invitation_id',
    select: `${EMAIL}, i.id AS invitation`,
    where: `m.status = 'superseded' AND m.template = 'invitation' AND i.status = 'pending'
      AND i.send_count = m.send_count AND i.expires_at > :soon`,
  },
]

const hooks: Check[] = [
  {
    check: 'event.stuck',
    ...EVENTS,
    whole: true,
    select: 'e.id AS event, e.name, e.created_at AS at',
    where: "e.status = 'waiting' AND e.created_at < :ago15",
    again: true,
  },
  {
    check: 'delivery.orphan',
    ...DELIVERIES,
    select: DELIVERY,
    where: lacks('hook_events', 'd.event_id'),
  },
  {
    // Workers say each minute which functions they have; what waits for one that nobody has is no fault for a day.
    check: 'delivery.stuck',
    ...DELIVERIES,
    whole: true,
    select: `${DELIVERY}, d.next_attempt_at AS due`,
    where: `d.status = 'waiting' AND d.next_attempt_at < :ago15 AND EXISTS (SELECT 1 FROM hook_functions f
      WHERE f.hook = d.hook AND f.ended_at IS NULL AND f.last_seen_at > :ago15)`,
    again: true,
  },
  {
    check: 'delivery.late',
    ...DELIVERIES,
    whole: true,
    select: `${DELIVERY}, d.retry_until AS until`,
    where: "d.status = 'waiting' AND d.retry_until < :agoLongest",
    again: true,
  },
  {
    check: 'delivery.claim',
    ...DELIVERIES,
    select: `${DELIVERY}, ${worker('d')}, ${beatOf('d')}`,
    where: isHeldByNobody('d'),
    again: true,
  },
]

export const deliveryChecks: Check[] = [...emails, ...hooks]
