import { beforeAll, expect, test } from 'vitest'
import { PASSWORD } from '../../src/dev/cast.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

let house: TestHouse

beforeAll(async () => {
  house = await startHouse()
})

test('ten clicks at once on the links that change an address and take it back: each holds once', async () => {
  const alice = await house.user('alice')
  await alice.visit('/user/profile')
  await alice.press('Change address', {
    'New email address': 'alice@example.net',
    'Current password': PASSWORD,
  })
  const entries = (action: string) => house.db('activity').where({ action })
  const link = await house.linkTo('alice@example.net')
  await Promise.all(Array.from({ length: 10 }, () => alice.newTab().post(link)))
  expect((await entries('user.edited')).length).toBe(1)
  const back = await house.linkTo('alice@example.com')
  await Promise.all(Array.from({ length: 10 }, () => house.visitor().post(back)))
  expect((await entries('emailChange.takenBack')).length).toBe(1)
  expect((await entries('user.edited')).length).toBe(2)
  expect((await house.db('emails').where({ template: 'email-restored' })).length).toBe(2)
})

test('two logins that confirm one address at once: one of them gets it', async () => {
  const [bob, carol] = [await house.user('bob'), await house.user('carol')]
  const links: string[] = []
  for (const user of [bob, carol]) {
    await user.visit('/user/profile')
    await user.press('Change address', {
      'New email address': 'one@example.net',
      'Current password': PASSWORD,
    })
    links.push(await house.linkTo('one@example.net'))
  }
  await Promise.all([bob.post(links[0] ?? ''), carol.post(links[1] ?? '')])
  expect((await house.db('users').where({ email: 'one@example.net' })).length).toBe(1)
  const changed = await house
    .db('email_changes')
    .where({ new_email: 'one@example.net' })
    .whereNotNull('confirmed_at')
  expect(changed.length).toBe(1)
})
