import { beforeAll, expect, test } from 'vitest'
import { inDays } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { letIn, offerTo } from './support/transfers.ts'
import type { Visitor } from './support/visitor.ts'

let house: TestHouse
let alice: Visitor
let bob: Visitor
let carol: Visitor

beforeAll(async () => {
  house = await startHouse()
  await letIn(house, 'Acme Hosting', 'carol', { permissions: 'tickets,users' })
  carol = await house.user('carol', 'Acme Hosting')
  bob = await house.user('bob', 'Acme Hosting')
  alice = await house.user('alice', 'Acme Hosting')
})

const banners = async (who: Visitor, path: string) => {
  await who.visit(path)
  expect(who.status).toBe(200)
  return who
    .$('main > .flash')
    .map((_, one) => who.$(one).text().replace(/\s+/g, ' ').trim())
    .get()
}
const HANDS = 'You offered Acme Hosting to Bob Brown. You stay the owner until they accept.'
const OFFERED = 'Alice Ames wants to hand Acme Hosting over to you.'

test('a pending transfer is on Home and in User Management, for the owner and for whom it is offered to', async () => {
  const { id: acme } = await house.clientNamed('Acme Hosting')
  const bobs = house.db('associations').where({ client_id: acme, permissions: 'invoices,products,tickets' })
  expect(await bobs.update({ permissions: 'invoices,products,tickets,users' })).toBe(1)
  await offerTo(alice, 'Bob Brown')
  for (const path of ['/clientarea', '/account/users']) {
    expect(await banners(alice, path)).toEqual([`${HANDS} Look at it, or cancel it`])
    expect(await banners(bob, path)).toEqual([`${OFFERED} Look at the offer`])
    expect(await banners(carol, path), 'a third').toEqual([])
  }
  await bob.follow('Look at the offer')
  expect(bob.title).toBe('Become the owner of Acme Hosting?')
  await alice.follow('Look at it, or cancel it')
  await alice.press('Cancel transfer')
  for (const path of ['/clientarea', '/account/users']) {
    expect(await banners(alice, path)).toEqual([])
    expect(await banners(bob, path)).toEqual([])
  }
})

test('an offer is told on Home whatever account one acts for, but in User Management only for its own', async () => {
  await offerTo(alice, 'Bob Brown')
  const elsewhere = await house.user('bob', 'Brown Bakery')
  expect(await banners(elsewhere, '/clientarea')).toEqual([`${OFFERED} Look at the offer`])
  expect(await banners(elsewhere, '/account/users')).toEqual([])
  const other = await house.user('alice', 'Ames Consulting')
  expect(await banners(other, '/clientarea')).toEqual([])
  await alice.visit('/account/ownership')
  await alice.press('Cancel transfer')
})

test('who asks for access is told of on Home, to those who can answer', async () => {
  const ask = async (by: Visitor) => {
    await by.visit('/user/accounts/request')
    await by.press('Send request', { 'Email address of the owner': 'bob@example.com' })
  }
  const owner = await house.user('bob', 'Brown Bakery')
  const reader = await letIn(house, 'Brown Bakery', 'carol')
  const carols = await house.user('carol', 'Brown Bakery')
  await ask(alice)
  expect(await banners(owner, '/clientarea')).toEqual([
    'Somebody asks for access. Answer under User Management',
  ])
  expect(await banners(carols, '/clientarea'), 'without Manage Users').toEqual([])
  await house.db('associations').where({ user_id: reader.id, permissions: 'tickets' }).delete()
  await ask(carol)
  expect(await banners(owner, '/clientarea')).toEqual([
    '2 people ask for access. Answer under User Management',
  ])
  await owner.follow('Answer under User Management')
  expect(owner.$('#requests').text()).toBe('Requests for access 2')
  expect(await banners(owner, '/account/users'), 'the list itself says it there').toEqual([])
})

test('whose access ends reads on Home until when; others read nothing of an end', async () => {
  await bob.visit('/clientarea')
  expect(bob.text).not.toContain('Your access ends')
  const { id: user_id } = await house.db('users').where({ email: 'bob@example.com' }).first()
  const { id: client_id } = await house.clientNamed('Acme Hosting')
  await house
    .db('associations')
    .where({ user_id, client_id })
    .update({ ends_at: inDays(9) })
  await bob.visit('/clientarea')
  expect(bob.text).toMatch(/Your access ends ?\d+ \w+ \d{4} at/)
})
