import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { codeOf } from './support/factors.ts'
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

  test('an app that was begun before the change and turned on after it goes, and so does the thief’s browser', async () => {
    const thief = await house.user('carol')
    const before = await rowOf('carol@example.com')
    await thief.visit('/user/security')
    await thief.press('Set up', { 'Current password': PASSWORD })
    const begun = thief.newTab()
    await ask(thief, 'carol@evil.test')
    await thief.press('Confirm')
    await begun.visit('/user/security/totp/confirm')
    await begun.press('Turn on', { Code: codeOf(begun.$('code').first().text().replaceAll(' ', '')) })
    expect((await rowOf('carol@evil.test')).factors).toBe(1)
    await takeBack('carol@example.com')
    expect(await rowOf('carol@example.com')).toMatchObject({ id: before.id, factors: 0 })
    expect(await house.db('totp_factors').where({ person_id: before.id })).toEqual([])
    expect(await house.db('known_devices').where({ person_id: before.id })).toEqual([])
  })
})
