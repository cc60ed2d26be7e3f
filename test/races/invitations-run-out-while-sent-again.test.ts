import { expect, test } from 'vitest'
import { expireInvitations } from '../../src/domain/invitations.ts'
import { timestamp } from '../../src/platform/clock.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { startHouse } from '../support/house.ts'

const system = () => ({
  kind: 'system' as const,
  id: null,
  name: 'test',
  ip: '',
  requestId: Math.random().toString(36),
  entries: { next: 0 },
})

test('H2 what is sent again while the job ends it stays pending, and is told at most once to have run out', async () => {
  const house = await startHouse()
  const alice = await house.user('alice')
  const emails = Array.from({ length: 6 }, (_, nth) => `again${nth}@example.com`)
  for (const email of emails) await alice.post('/account/users/invite', { email })
  const past = { expires_at: '2026-01-01T00:00:00.000Z' }
  const ids: number[] = await house.db('invitations').whereIn('email', emails).pluck('id')
  await house.db('invitations').whereIn('id', ids).update(past)
  const other = openDatabase(house.config.databaseUrl)
  await Promise.all([
    ...ids.map((id) => alice.post(`/account/invites/${id}/resend`)),
    expireInvitations(house.db, system),
    expireInvitations(other, system),
  ])
  await other.destroy()
  const rows = await house.db('invitations').whereIn('id', ids)
  expect(rows.map(({ status }) => status)).toEqual(ids.map(() => 'pending'))
  expect(rows.filter(({ expires_at, ended_at }) => expires_at <= timestamp() || ended_at)).toEqual([])
  const events = await house.db('hook_events').where({ name: 'InviteExpired' })
  const told = events.map(({ payload }) => JSON.parse(payload).invitation.id)
  expect(new Set(told).size).toBe(told.length)
  const written = await house.db('activity').where({ action: 'invite.expired' })
  expect(written).toHaveLength(told.length)
})
