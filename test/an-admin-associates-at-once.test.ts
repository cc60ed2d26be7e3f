import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { change } from '../src/domain/change.ts'
import { createUser } from '../src/domain/users.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const SEARCH = 'Name or email address'

describe('Associate User, without an invitation', () => {
  let house: TestHouse
  let ada: Visitor
  let url: string

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    url = `/admin/clients/${(await house.clientNamed('Acme Hosting')).id}/users/associate`
  })
  beforeEach(async () => {
    await ada.visit(url)
  })

  const mails = async () => {
    house.delivery.wake()
    await house.delivery.settled()
    return house.db('emails').pluck('template')
  }

  test('an existing user has access at once, and no e-mail goes out at all', async () => {
    await ada.press('Search', { [SEARCH]: 'carol@' })
    await ada.press('Associate User', { 'Carol Chen': true, No: true, 'View Domains': true })
    expect(ada.told).toBe('carol@example.com is associated.')
    expect(ada.$('#lists').text()).toContain('Carol Chen')
    expect(await mails()).toEqual([])

    const carol = await house.user('carol')
    await carol.visit('/user/accounts')
    await carol.press('Switch to Acme Hosting')
    expect(carol.text).toContain('Domains')
    expect(await house.db('invitations'), 'nobody was invited').toEqual([])
  })

  test('a new user needs names, sets a password by “Forgot password”, and logs in', async () => {
    const choose = { [SEARCH]: 'Dora@Example.com', 'Create new user': true, No: true, 'Check All': true }
    await ada.press('Associate User', choose)
    expect(ada.status).toBe(422)
    expect(ada.$('.field-error').text()).toBe('Enter a first name.Enter a last name.')
    await ada.press('Associate User', { 'First name': 'Dora', 'Last name': 'Diaz' })
    expect(ada.told).toBe('dora@example.com is associated.')
    expect(await mails()).toEqual([])

    const dora = house.visitor()
    await dora.visit('/login')
    await dora.press('Log in', { 'Email address': 'dora@example.com', Password: 'anything at all' })
    expect(dora.told, 'no password opens it').toBe('Email address or password is not right.')
    await dora.follow('Forgot password?')
    await dora.press('Send link', { 'Email address': 'dora@example.com' })
    expect(dora.title).toBe('Check your mail')
    await dora.visit(await house.linkTo('dora@example.com'))
    await dora.press('Set password', { 'New password': 'a long sentence of mine' })
    expect(dora.told).toBe('Your new password is set. Log in with it.')
    await dora.press('Log in', { 'Email address': 'dora@example.com', Password: 'a long sentence of mine' })
    expect(dora.title).toBe('Acme Hosting')
    expect(dora.text).toContain('All permissions')
    const user = await house.db('users').where({ email: 'dora@example.com' }).first()
    expect(user.email_verified_at, 'the mailed link proved the address').not.toBeNull()
  })

  test('a new user whose address has a login is refused, and the one who has it unchanged', async () => {
    const before = await house.db('users').where({ email: 'carol@example.com' }).first()
    await ada.press('Associate User', {
      [SEARCH]: 'CAROL@example.com',
      'Create new user': true,
      'First name': 'Eve',
      'Last name': 'Evil',
      No: true,
      'Check All': true,
    })
    expect(ada.status).toBe(422)
    expect(ada.told).toContain('There is a login with this address')
    expect(await house.db('users').where({ email: 'carol@example.com' }).first()).toEqual(before)
  })

  test('H6: a login whose address nobody has proven is labelled, and asks for a worded confirmation', async () => {
    const by = { kind: 'system' as const, id: null, name: 't', ip: '', requestId: 'h6', entries: { next: 0 } }
    const vic = { email: 'vic@example.com', first_name: 'Vic', last_name: 'Vane', password_hash: null }
    await change(house.db, by, (trx) => createUser(trx, vic))

    await ada.press('Search', { [SEARCH]: 'vic' })
    expect(ada.$('#found').text()).toContain('Address not verified')
    await ada.press('Associate User', { 'Vic Vane': true, No: true, 'View Domains': true })
    expect(ada.status).toBe(422)
    expect(ada.told).toMatch(/^Nobody has proven to own vic@example.com yet/)
    expect(ada.$('[name="permissions"][checked]').val(), 'what was chosen is kept').toBe('domains')
    expect(await house.db('associations').join('users', 'id', 'user_id').where({ email: vic.email })).toEqual(
      [],
    )

    await ada.press('Associate User', { 'I made sure that this login belongs to the right person': true })
    expect(ada.told).toBe('vic@example.com is associated.')
    expect(ada.$('#lists').text()).toContain('Address not verified')
  })

  test('everything is refused that is refused with an invitation', async () => {
    await ada.press('Associate User', { [SEARCH]: 'erik@example.com', No: true, 'Check All': true })
    expect(ada.told).toBe('Pick a user from the list, or choose “Create new user”.')
    await ada.press('Associate User', {
      'Create new user': true,
      'First name': 'E',
      'Last name': 'x'.repeat(101),
    })
    expect(ada.told).toBe('This is too long: at most 100 characters.')
    const names = {
      first_name: 'E',
      last_name: 'E',
      user_id: 'new',
      send_invite: 'no',
      search: 'erik@example.com',
    }
    await ada.post(url, { ...names, permissions: 'root' })
    expect(ada.told).toBe('There is no such permission: look at the list again.')
    await ada.post(url, names)
    expect(ada.told).toBe('Choose at least one permission.')
    expect(await house.db('users').where({ email: 'erik@example.com' })).toEqual([])
  })
})
