import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const MY_PASSWORD = 'a long sentence of mine'
const DORA = { 'First name': 'Dora', 'Last name': 'Diaz', Password: MY_PASSWORD }

describe('a newcomer accepts an invitation by creating an account', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice')
  })

  const linkFor = async (email: string) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email })
    return house.linkTo(email)
  }
  const statusOf = async (email: string) =>
    (await house.db('invitations').where({ email }).orderBy('id', 'desc').first()).status
  const findUser = (email: string) => house.db('users').where({ email }).first()

  test('an address that has a login is told; the login stays as it is, and the link works on', async () => {
    const bob = await findUser('bob@example.com')
    const dora = house.visitor()
    await dora.visit(await linkFor('dora@example.com'))
    await dora.press('Create account', { ...DORA, 'Email address': 'BOB@example.com' })
    expect(dora.status).toBe(422)
    expect(dora.told).toBe('There is a login with this address: log in with it instead.')
    expect(dora.title, 'the page again').toBe('Alice Ames invites you to Acme Hosting')
    expect(dora.$('[aria-invalid="true"]').attr('id')).toBe('email')
    expect([dora.value('First name'), dora.$('#email').val()]).toEqual(['Dora', 'BOB@example.com'])
    expect(dora.cookie('session')).toBeUndefined()
    expect(await findUser('bob@example.com')).toEqual(bob)
    expect(await statusOf('dora@example.com')).toBe('pending')
  })

  test('wrong input: each with its sentence beside the field, what was typed is kept', async () => {
    const dora = house.visitor()
    await dora.visit(await house.linkTo('dora@example.com'))
    const wrong: [Record<string, string>, string, string][] = [
      [{ 'First name': '' }, 'first_name', 'Enter a first name.'],
      [{ 'Last name': 'x'.repeat(101) }, 'last_name', 'This is too long: at most 100 characters.'],
      [{ 'Last name': 'Di\taz' }, 'last_name', 'This cannot be understood: look at it again.'],
      [{ 'Email address': 'dora' }, 'email', 'That email address is not complete'],
      [{ Password: 'nine char' }, 'password', 'A password has at least 10 characters.'],
    ]
    for (const [fields, name, sentence] of wrong) {
      await dora.press('Create account', { ...DORA, 'Email address': 'dora@example.net', ...fields })
      expect(dora.status).toBe(422)
      expect(dora.told).toContain(sentence)
      const field = dora.$('[aria-invalid="true"]')
      expect([field.attr('id'), field.is('[autofocus]')]).toEqual([name, true])
      expect(field.attr('aria-describedby')).toContain(`${name}-error`)
      if (name !== 'email') expect(dora.$('#email').val()).toBe('dora@example.net')
      expect(dora.html).not.toContain(MY_PASSWORD)
    }
    expect(await findUser('dora@example.net')).toBeUndefined()
  })

  test('the account is theirs alone: no client of their own, and the address is not verified by that', async () => {
    const dora = house.visitor()
    await dora.visit(await house.linkTo('dora@example.com'))
    await dora.press('Create account', { ...DORA, 'Email address': 'dora@example.com' })
    expect([dora.path, dora.title]).toEqual(['/clientarea', 'Acme Hosting'])
    expect(dora.told).toBe('You now act for Acme Hosting.')
    await dora.follow('Switch Account')
    expect(dora.$('#accounts .count').text()).toBe('1')
    expect((await findUser('dora@example.com')).email_verified_at).toBeNull()
    await alice.visit('/account/users')
    expect(alice.$('.row-item:contains("Dora Diaz")').text()).toContain('Address not verified')
  })

  test('a second click on Create account leads in as the first did', async () => {
    const erik = house.visitor()
    await erik.visit(await linkFor('erik@example.com'))
    const [again, elsewhere] = [await erik.newTab().visit(erik.path), await house.visitor().visit(erik.path)]
    const form = { ...DORA, 'First name': 'Erik', 'Email address': 'erik@example.net' }
    await erik.press('Create account', form)
    for (const visitor of [again, elsewhere]) {
      await visitor.press('Create account', form)
      expect([visitor.path, visitor.title]).toEqual(['/clientarea', 'Acme Hosting'])
      expect(visitor.text).toContain('Hello, Erik!')
    }
    expect(await house.db('users').where({ email: 'erik@example.net' })).toHaveLength(1)
    expect(await house.db('activity').where({ action: 'invite.accepted' })).toHaveLength(2)
  })

  test('nor does it matter when the second click comes before the first one is answered', async () => {
    const zoe = house.visitor()
    await zoe.visit(await linkFor('zoe@example.com'))
    const tabs = [zoe, zoe.newTab(), zoe.newTab()]
    const form = { first_name: 'Zoe', last_name: 'Z', email: 'zoe@example.com', password: MY_PASSWORD }
    await Promise.all(tabs.map((tab) => tab.post(`${zoe.path}/register`, form)))
    for (const tab of tabs) expect([tab.path, tab.title]).toEqual(['/clientarea', 'Acme Hosting'])
    expect(await house.db('users').where({ email: 'zoe@example.com' })).toHaveLength(1)
  })

  test('but not whoever does not know the password, or types another address', async () => {
    const link = await house.linkTo('erik@example.com')
    const person = { first_name: 'Mallory', last_name: 'M' }
    for (const login of [
      { email: 'erik@example.net', password: 'a guess of ten or more' },
      { email: 'mallory@example.net', password: MY_PASSWORD },
      { email: 'alice@example.com', password: 'open-sesame-42' },
    ]) {
      const mallory = house.visitor()
      await mallory.post(`${link}/register`, { ...person, ...login })
      expect([mallory.status, mallory.title]).toEqual([404, 'This invitation does not work any more.'])
      expect(mallory.cookie('session')).toBeUndefined()
    }
    expect(await findUser('mallory@example.net')).toBeUndefined()
  })

  test('an invitation that ended while the form was open is dead, and creates no login', async () => {
    const fay = house.visitor()
    await fay.visit(await linkFor('fay@example.com'))
    await alice.visit('/account/users')
    await alice.follow('Cancel Invite: fay@example.com')
    await alice.press('Cancel Invite')
    await fay.press('Create account', { ...DORA, 'Email address': 'fay@example.com' })
    expect([fay.status, fay.title]).toEqual([404, 'This invitation does not work any more.'])
    expect(await findUser('fay@example.com')).toBeUndefined()
  })

  test('a name is text wherever it is shown', async () => {
    const gus = house.visitor()
    await gus.visit(await linkFor('gus@example.com'))
    const name = '<img src=x onerror=alert(1)>'
    await gus.press('Create account', { ...DORA, 'First name': name, 'Email address': 'gus@example.com' })
    expect(gus.text).toContain(`Hello, ${name}!`)
    await alice.visit('/account/users')
    expect(alice.text).toContain(name)
    expect(alice.$('img').length).toBe(0)
    const [mail] = await house.mailTo('alice@example.com')
    expect(mail?.html).not.toContain('<img')
    expect(mail?.html).toContain('onerror')
  })
})
