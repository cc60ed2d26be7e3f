import { beforeAll, expect, test } from 'vitest'
import { PASSWORD } from '../../src/dev/cast.ts'
import { Authenticator, addPasskey, askOptions, optionsOn, sendPasskey } from '../support/authenticator.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import type { Visitor } from '../support/visitor.ts'

let house: TestHouse
let phone: Authenticator

beforeAll(async () => {
  house = await startHouse()
  phone = (await addPasskey(await house.user('alice'))).authenticator
})

const five = <T>(make: (nth: number) => Promise<T>) =>
  Promise.all(Array.from({ length: 5 }, (_, nth) => make(nth)))
const sessions = async () => (await house.db('sessions')).length
const factors = async (email: string) => (await house.db('users').where({ email }).first()).factors
const statuses = (visitors: Visitor[]) => visitors.map(({ status }) => status).sort()
const begin = (name: string) => ({ 'Name of the passkey': name, 'Current password': PASSWORD })

test('H19 five logins at once with one answer of a passkey: one session', async () => {
  const before = await sessions()
  const visitors = await five(() => house.visitor().visit('/login'))
  const answer = phone.use(await askOptions(visitors[0] as Visitor))
  await Promise.all(visitors.map((visitor) => sendPasskey(visitor, answer)))
  expect(statuses(visitors)).toEqual([200, 422, 422, 422, 422])
  expect(await sessions()).toBe(before + 1)
})

test('H19 five second steps at once with one answer: one session', async () => {
  const before = await sessions()
  const visitors = await five(async () => {
    const visitor = await house.visitor().visit('/login')
    return visitor.press('Log in', { 'Email address': 'alice@example.com', Password: PASSWORD })
  })
  const answer = phone.use(await askOptions(visitors[0] as Visitor))
  await Promise.all(visitors.map((visitor) => sendPasskey(visitor, answer)))
  expect(await sessions()).toBe(before + 1)
})

test('a key and its copy at once, with the same counter: one of them', async () => {
  const before = await sessions()
  const visitors = await five(() => house.visitor().visit('/login'))
  phone.count += 10
  const count = phone.count
  const answers = await Promise.all(
    visitors.map(async (visitor) => phone.use(await askOptions(visitor), { count })),
  )
  await Promise.all(visitors.map((visitor, nth) => sendPasskey(visitor, answers[nth] ?? '')))
  expect(await sessions()).toBe(before + 1)
})

test('one new passkey sent five times at once is added once', async () => {
  const bob = await house.user('bob')
  await bob.visit('/user/security')
  await bob.press('Add a passkey', begin('Phone'))
  const answer = new Authenticator(house.appUrl).make(optionsOn(bob))
  const tabs = await five(async () => Object.assign(bob.newTab(), { html: bob.html }))
  await Promise.all(tabs.map((tab) => sendPasskey(tab, answer)))
  expect(await house.db('passkeys').where({ name: 'Phone', person_kind: 'user' })).toHaveLength(2)
  expect(await factors('bob@example.com')).toBe(1)
})

test('one is removed while others are added: two-factor is on exactly as long as there is one', async () => {
  const carol = await house.user('carol')
  await addPasskey(carol, '/user', 'Old')
  const tabs = await five(async (nth) => {
    const tab = carol.newTab()
    await tab.visit('/user/security')
    await tab.press('Add a passkey', begin(`New ${nth}`))
    return tab
  })
  const [old] = await house.db('passkeys').where({ name: 'Old' })
  const leave = carol.newTab()
  await leave.visit(`/user/security/passkeys/${old.id}`)
  await Promise.all([
    leave.press('Remove passkey', { 'Current password': PASSWORD }),
    ...tabs.map((tab) => sendPasskey(tab, new Authenticator(house.appUrl).make(optionsOn(tab)))),
  ])
  const left = await house.db('passkeys').where({ person_kind: 'user', person_id: old.person_id })
  expect(await factors('carol@example.com')).toBe(left.length)
  const codes = await house.db('recovery_codes').where({ person_kind: 'user', person_id: old.person_id })
  expect(codes).toHaveLength(left.length ? 10 : 0)
})
