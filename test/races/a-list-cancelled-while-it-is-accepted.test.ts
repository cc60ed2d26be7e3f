import { expect, test } from 'vitest'
import { examine } from '../../src/domain/doctor.ts'
import { atOnce, crowd } from '../support/crowd.ts'
import { startHouse } from '../support/house.ts'

// Fails when endInvitation loses its guard, or actOnMany its transactions of their own.
test('a list is cancelled while its invitations are accepted: each ends once, and the answer tells which', async () => {
  const house = await startHouse()
  const ada = await house.admin()
  const alice = await house.user('alice', 'Acme Hosting')
  const guests = await crowd(house, 6, 'listed')
  const links: string[] = []
  for (let nth = 0; nth < guests.length; nth++) {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': `listed${nth}@example.com` })
    links.push(await house.linkTo(`listed${nth}@example.com`))
  }
  const ids = await house.db('invitations').orderBy('id').pluck('id')
  await atOnce([
    async () => void (await ada.post('/admin/invitations/cancel', { ids })),
    ...guests.map((guest, nth) => async () => void (await guest.post(`${links[nth]}/accept`))),
  ])
  expect(ada.status).toBe(200)
  const rows = await house.db('invitations').orderBy('id')
  const associated = await house.db('associations').pluck('user_id')
  const done = ada.$('section[aria-labelledby=done]').text()
  const not = ada.$('section[aria-labelledby=not]').text()
  for (const { email, status } of rows) {
    const user = await house.db('users').where({ email }).first()
    expect([email, status], 'one end').toEqual([
      email,
      associated.includes(user.id) ? 'accepted' : 'cancelled',
    ])
    expect([done.includes(email), not.includes(email)]).toEqual([
      status === 'cancelled',
      status === 'accepted',
    ])
  }
  for await (const one of examine(house.db, { pauseMs: 1 })) expect(one).toBeUndefined()
})

test('two admins correct one address at once: one invitation goes out, the other is told', async () => {
  const house = await startHouse()
  const admins = [await house.admin(), await house.admin()]
  const alice = await house.user('alice', 'Acme Hosting')
  await alice.visit('/account/users')
  await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
  const { id } = await house.db('invitations').first()
  await atOnce(
    admins.map((admin, nth) => async () => {
      await admin.post(`/admin/invitations/${id}/address`, { email: `right${nth}@example.com` })
    }),
  )
  expect(admins.map(({ status }) => status).sort()).toEqual([200, 422])
  expect(await house.db('invitations').where({ status: 'pending' })).toHaveLength(1)
  expect(await house.db('activity').where({ action: 'invite.cancelled' })).toHaveLength(1)
})
