import { beforeAll, expect, test } from 'vitest'
import { forgetSettings } from '../src/domain/settings.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { letIn } from './support/transfers.ts'
import type { Visitor } from './support/visitor.ts'

let house: TestHouse
let alice: Visitor
let bob: Visitor

const CAROL = 3
const buttons = (name: string) => bob.$(`main button:contains("${name}")`).length

beforeAll(async () => {
  house = await startHouse()
  const { id: client_id } = await house.clientNamed('Acme Hosting')
  await house.db('associations').where({ client_id, user_id: 2 }).update({ permissions: 'tickets,users' })
  await letIn(house, 'Acme Hosting', 'carol', { permissions: 'domains,tickets' })
  bob = await house.user('bob', 'Acme Hosting')
  alice = await house.user('alice', 'Acme Hosting')
})

test('a delegate who may not touch somebody reads why, and finds no button that would be refused', async () => {
  for (const [step, button] of [
    ['suspend', 'Suspend Access'],
    ['resume', 'Resume Access'],
  ] as const) {
    await bob.visit(`/account/users/${CAROL}/${step}`)
    expect([bob.status, buttons(button)]).toEqual([200, 0])
    expect(bob.text).toContain('They hold permissions that you do not hold.')
    await bob.visit(`/account/users/2/${step}`)
    expect([buttons(button), bob.text.includes('Your own access is for others to change.')]).toEqual([
      0,
      true,
    ])
    await bob.visit(`/account/users/1/${step}`)
    expect([buttons(button), bob.text.includes('The owner’s access cannot be suspended.')]).toEqual([0, true])
  }
})

test('whom they may touch, they are asked about as ever', async () => {
  await house
    .db('associations')
    .where({ user_id: CAROL, permissions: 'domains,tickets' })
    .update({ permissions: 'tickets' })
  await bob.visit(`/account/users/${CAROL}/suspend`)
  await bob.press('Suspend Access')
  expect(bob.told).toBe('The access of Carol Chen is suspended.')
})

test('where admins alone manage users, the review says why nobody can be removed, and the page that is shut promises nothing', async () => {
  const OFF = 'Managing users is switched off here. Ask us if somebody should get access, or lose it.'
  await alice.visit('/user/access-review')
  expect(alice.text).not.toContain(OFF)
  const at = '2026-01-01T00:00:00.000Z'
  await house.db('settings').insert({ key: 'manageUsers', value: 'off', updated_at: at })
  forgetSettings()
  await alice.visit('/user/access-review')
  expect([alice.text.includes(OFF), alice.$('[name=who]').length]).toEqual([true, 0])
  await alice.visit('/account/users')
  expect([alice.status, alice.text.includes(OFF)]).toEqual([403, true])
  expect(alice.text).not.toContain('What you may do here')
  await house.db('settings').where({ key: 'manageUsers' }).delete()
  forgetSettings()
})
