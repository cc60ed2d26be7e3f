import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('H19 a stolen login comes back by the link at the old address', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const rowOf = (email: string) => house.db('users').where({ email }).first()

  /** A thief who knows the password asks for another address, and opens the link that is mailed there. */
  async function ask(thief: Visitor, email: string) {
    await thief.visit('/user/profile')
    await thief.press('Change address', { 'New email address': email, 'Current password': PASSWORD })
    await thief.visit(await house.linkTo(email))
  }
  async function takeBack(email: string) {
    const mails = await house.mailTo(email)
    const [link] = mails.flatMap(({ text }) => text.match(/\/user\/email\/back\/\S+/) ?? [])
    const owner = house.visitor()
    await owner.visit(String(link))
    return owner.press('Take it back')
  }

  test('nobody gets the old address as long as it can be taken back', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'bait@example.com' })
    const bait = await house.linkTo('bait@example.com')

    const thief = await house.user('bob')
    await ask(thief, 'bob@evil.test')
    await thief.press('Confirm')
    const squatter = house.visitor()
    await squatter.visit(bait)
    const names = { 'First name': 'Not', 'Last name': 'Bob', Password: 'a long sentence of mine' }
    await squatter.press('Create account', { ...names, 'Email address': 'Bob@example.com' })
    expect([squatter.status, await rowOf('bob@example.com')]).toEqual([422, undefined])
    const other = await house.user('carol')
    await ask(other, 'bob@example.com')
    await other.press('Confirm')
    expect([other.status, await rowOf('bob@example.com')]).toEqual([422, undefined])

    const { id } = await rowOf('bob@evil.test')
    await takeBack('bob@example.com')
    expect((await rowOf('bob@example.com'))?.id).toBe(id)
  })
})
