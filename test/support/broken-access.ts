// For each check of the doctor about access that ends or rests, what makes it fail.

import type { Case, Ids } from './broken-rows.ts'

const LONG_AGO = '2026-01-01T00:00:00.000Z'
const LATER = '2099-01-01T00:00:00.000Z'

const pair = (client_id: number, user_id: number) => ({
  table: 'associations',
  where: { client_id, user_id },
})

export const brokenAccess = ({ acme, bakery, bob, carol }: Ids): Case[] => [
  { check: 'client.ownerTimes', rows: [{ ...pair(bakery, bob), set: { ends_at: LATER } }] },
  { check: 'client.ownerTimes', rows: [{ ...pair(bakery, bob), set: { suspended_at: LONG_AGO } }] },
  { check: 'association.overdue', rows: [{ ...pair(acme, carol), set: { ends_at: LONG_AGO } }] },
  { check: 'association.mail', rows: [{ ...pair(acme, carol), set: { unwanted_mail: 'left,joined' } }] },
  { check: 'association.mail', rows: [{ ...pair(acme, carol), set: { unwanted_mail: 'logins' } }] },
  {
    check: 'invitation.inviterSuspended',
    rows: [
      {
        table: 'invitations',
        where: { email: 'jack@example.com' },
        set: { invited_by_user_id: carol, permissions: 'emails' },
      },
      { ...pair(acme, carol), set: { permissions: 'emails', suspended_at: LONG_AGO } },
    ],
  },
]
