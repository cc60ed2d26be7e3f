import { beforeAll, expect, test } from 'vitest'
import { expireInvitations } from '../src/domain/invitations.ts'
import { startHouse, type TestHouse } from './support/house.ts'

let house: TestHouse
const MANY = 450
const PAST = '2026-01-01T00:00:00.000Z'

beforeAll(async () => {
  house = await startHouse()
})

let runs = 0
const job = () => ({
  kind: 'system' as const,
  id: null,
  name: 'test',
  ip: '',
  requestId: `run ${++runs}`,
  entries: { next: 0 },
})

async function runOut(count: number, expires_at: string) {
  const clients: number[] = await house.db('clients').orderBy('id', 'desc').pluck('id')
  const dates = { sent_at: PAST, created_at: PAST, updated_at: PAST }
  for (let nth = 0; nth < count; nth++) {
    const email = `late${nth}@${expires_at.slice(0, 4)}.example.com`
    const what = {
      client_id: clients[nth % clients.length],
      email,
      open_email: email,
      permissions: 'tickets',
    }
    const row = { ...what, status: 'pending', nonce: email, expires_at, ...dates }
    await house.db('invitations').insert(row)
  }
}

test('R15 as many as do not fit one transaction are each ended, written down and told once', async () => {
  await runOut(MANY, PAST)
  await runOut(3, '2025-01-01T00:00:00.000Z')
  await runOut(2, '2999-01-01T00:00:00.000Z')
  expect(await expireInvitations(house.db, job)).toBe(MANY + 3)
  expect(await expireInvitations(house.db, job), 'the second run').toBe(0)
  const invitations = await house.db('invitations').where({ status: 'expired' })
  expect(invitations).toHaveLength(MANY + 3)
  expect(invitations.filter(({ open_email, ended_at }) => open_email || !ended_at)).toEqual([])
  expect(
    await house.db('invitations').where({ status: 'pending' }).where('expires_at', '>', '2999'),
  ).toHaveLength(2)

  const entries = await house.db('activity').where({ action: 'invite.expired' })
  const about = ({ client_id, email }: { client_id: number; email: string }) => `${client_id} ${email}`
  const written = entries.map(({ client_id, detail }) => about({ client_id, ...JSON.parse(detail) }))
  expect(written.sort()).toEqual(invitations.map(about).sort())
  const events = await house.db('hook_events').where({ name: 'InviteExpired' })
  const told = events.map(({ payload }) => JSON.parse(payload))
  expect(told.map((one) => one.invitation.id).sort()).toEqual(invitations.map(({ id }) => id).sort())
  expect(new Set(told.map((one) => one.invitation.status))).toEqual(new Set(['expired']))
  expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(MANY + 3)
})
