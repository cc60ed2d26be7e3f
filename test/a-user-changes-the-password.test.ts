import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { checkPassword, hashPassword, verifyPassword } from '../src/domain/passwords.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const NEW = 'another long sentence'

describe('a user changes the password', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const change = async (visitor: Visitor, current: string, password: string) => {
    await visitor.visit('/user/password')
    return visitor.press('Change password', { 'Current password': current, 'New password': password })
  }

  test('without the current one nothing happens; what is guessed first is refused, beside its field', async () => {
    const alice = await house.user('alice')
    await house.db('users').where({ email: 'bob@example.com' }).update({ email: 'robert.brown@example.com' })
    const robert = await house.user('robert.brown@example.com')
    for (const [visitor, current, password, sentence] of [
      [alice, 'not my password', NEW, 'That is not your current password.'],
      [alice, '', NEW, 'Enter a password.'],
      [alice, PASSWORD, 'short', 'A password has at least 10 characters.'],
      [
        alice,
        PASSWORD,
        '1234567890',
        'Many people use this password, so it is guessed first: choose another one.',
      ],
      [
        alice,
        PASSWORD,
        'Basketball',
        'Many people use this password, so it is guessed first: choose another one.',
      ],
      [alice, PASSWORD, 'Alice@Example.com', 'Your email address is easy to guess: choose another password.'],
      [robert, PASSWORD, 'robert.brown', 'Your email address is easy to guess: choose another password.'],
      [alice, PASSWORD, 'Latchkey-2026!', '“Latchkey” is easy to guess here: choose another password.'],
      [alice, PASSWORD, 'latchkeyLatchkey', '“Latchkey” is easy to guess here: choose another password.'],
    ] as const) {
      await change(visitor, current, password)
      expect([visitor.status, visitor.told], password).toEqual([422, sentence])
      expect(visitor.html).not.toContain('value="not my password"')
    }
    expect((await house.user('alice')).path, 'the old one holds').toBe('/clientarea')
    expect(await house.db('activity').where({ action: 'password.changed' })).toEqual([])
  })

  test('the new one holds; other sessions and open reset links end, this session gets a new id, the owner is told', async () => {
    const [laptop, phone] = [await house.user('alice'), await house.user('alice')]
    const forgot = house.visitor()
    await forgot.visit('/password/reset')
    await forgot.press('Send link', { 'Email address': 'alice@example.com' })
    const link = await house.linkTo('alice@example.com')
    expect((await forgot.visit(link)).status).toBe(200)
    const before = laptop.cookie('session')

    await change(laptop, PASSWORD, NEW)
    expect([laptop.path, laptop.told]).toEqual([
      '/user/password',
      'Your new password is set. All other devices are logged out.',
    ])
    expect(laptop.cookie('session')).not.toBe(before)
    expect((await phone.visit('/user/accounts')).title).toBe('Log in')
    const copied = await house.visitor().visit('/user/accounts', { Cookie: `session=${before}` })
    expect(copied.title, 'a copy of the old cookie').toBe('Log in')
    expect((await forgot.visit(link)).status).toBe(404)
    expect((await house.mailTo('alice@example.com'))[0]?.subject).toBe('Your password was changed')
    const again = house.visitor()
    await again.visit('/login')
    await again.press('Log in', { 'Email address': 'alice@example.com', Password: NEW })
    expect(again.path).toBe('/clientarea')
    const entries = await house.db('activity').where({ action: 'password.changed' })
    expect(entries.length).toBe(1)
    expect(JSON.stringify(entries)).not.toContain(NEW)
  })

  test('everywhere a password is chosen the same is refused', async () => {
    const visitor = house.visitor()
    await visitor.visit('/register')
    const gus = { 'First name': 'Gus', 'Last name': 'G', 'Email address': 'gus.gruber@example.com' }
    await visitor.press('Create account', { ...gus, Password: 'gus.gruber' })
    expect(visitor.told).toBe('Your email address is easy to guess: choose another password.')
    const alice = house.visitor()
    await alice.visit('/password/reset')
    await alice.press('Send link', { 'Email address': 'carol@example.com' })
    await alice.visit(await house.linkTo('carol@example.com'))
    await alice.press('Set password', { 'New password': 'qwertyuiop' })
    expect(alice.told).toContain('Many people use this password')
  })

  test.each(['/password/reset', '/admin/password/reset'])(
    'H18 %s: who has no active login is decided when the mail is due, and the Admin Area says why',
    async (url) => {
      const visitor = house.visitor()
      const to_address = `nobody${url.length}@example.com`
      await visitor.visit(url)
      await visitor.press('Send link', { 'Email address': to_address })
      expect(await house.mailTo(to_address)).toEqual([])
      const email = await house.db('emails').where({ to_address }).first()
      expect(email.status).toBe('superseded')
      const ada = await house.admin()
      await ada.visit(`/admin/emails/${email.id}`)
      expect(ada.text).toContain('This email is not sent: no active login has this address.')
    },
  )

  test('H6 the first proof of an address ends all that was set up before', async () => {
    const carol = await house.db('users').where({ email: 'carol@example.com' }).first()
    const key = { person_kind: 'user', person_id: carol.id }
    const at = new Date().toISOString()
    const plant = async () => {
      await house.db('users').where({ id: carol.id }).update({ factors: 1 })
      await house.db('totp_factors').insert({ ...key, secret: 's', confirmed_at: at, created_at: at })
      await house.db('recovery_codes').insert({ ...key, code_hash: 'h', created_at: at })
    }
    const reset = async (password: string) => {
      const visitor = house.visitor()
      await visitor.visit('/password/reset')
      await visitor.press('Send link', { 'Email address': 'carol@example.com' })
      await visitor.visit(await house.linkTo('carol@example.com'))
      return visitor.press('Set password', { 'New password': password })
    }
    const left = async () => [
      (await house.db('users').where({ id: carol.id }).first()).factors,
      (await house.db('totp_factors').where(key)).length,
      (await house.db('recovery_codes').where(key)).length,
      (await house.db('sessions').where({ user_id: carol.id })).length,
    ]
    await house.db('users').where({ id: carol.id }).update({ email_verified_at: null })
    const squatter = await house.user('carol')
    await plant()
    await reset('the true owner came')
    expect(await left()).toEqual([0, 0, 0, 0])
    expect((await squatter.visit('/user/accounts')).title).toBe('Log in')

    await plant()
    await reset('H19 and once more so')
    expect(await left(), 'H19 a later reset removes no factor').toEqual([1, 1, 1, 0])
  })

  test('letters that are put together count once, and log in however a keyboard puts them together', async () => {
    expect(() => checkPassword('e\u0301'.repeat(9))).toThrow('password.tooShort')
    const longest = 'e\u0301'.repeat(128)
    const stored = await hashPassword(longest)
    for (const typed of [longest, '\u00e9'.repeat(128)])
      expect(await verifyPassword(stored, typed)).toBe(true)
    expect(await verifyPassword(stored, `${longest}e`)).toBe(false)
  })
})
