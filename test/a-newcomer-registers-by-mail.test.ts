import { beforeAll, describe, expect, test } from 'vitest'
import { moveClock } from '../src/platform/clock.ts'
import { proof } from './support/admins.ts'
import { setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const MY_PASSWORD = 'a long sentence of mine'
const DEAD = [
  404,
  'This link does not work any more. It may have been used, be over 60 minutes old, or be incomplete.',
]

describe('a newcomer registers by a mailed link', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const register = async (email: string, fields = {}, visitor = house.visitor()) => {
    await visitor.visit('/register')
    return visitor.press('Create account', {
      'First name': 'Dora',
      'Last name': 'Diaz',
      'Email address': email,
      Password: MY_PASSWORD,
      ...fields,
    })
  }
  const findUser = (email: string) => house.db('users').where({ email }).first()
  const expectDead = (visitor: Visitor) => expect([visitor.status, visitor.$('h1 + p').text()]).toEqual(DEAD)

  test('the answer is "check your mail", and nothing exists until the link’s button is pressed', async () => {
    const dora = await register('Dora@Example.com', { 'Company name': 'Diaz & Daughters' })
    expect([dora.status, dora.title]).toEqual([200, 'Check your mail'])
    expect(dora.text).toContain('We sent a message to Dora@Example.com.')
    const [mail] = await house.mailTo('dora@example.com')
    expect(mail?.subject).toBe('Confirm your address')
    const link = await house.linkTo('dora@example.com')

    for (let times = 0; times < 2; times++) {
      await dora.visit(link)
      expect([dora.status, dora.title]).toEqual([200, 'Almost there'])
      expect(dora.text).toContain('This creates your login for dora@example.com.')
    }
    await dora.agent.head(link)
    expect(await findUser('dora@example.com')).toBeUndefined()

    expect(dora.$('input').length, 'the browser that asked just confirms').toBe(0)
    await dora.press('Create account')
    expect([dora.path, dora.title]).toEqual(['/clientarea', 'Diaz & Daughters'])
    expect(dora.told).toBe('Welcome, Dora! Your account is open.')
    expect(dora.text).toContain('You own this account and hold every permission.')
    expect((await findUser('dora@example.com')).email_verified_at).not.toBeNull()
  })

  test('a second click before the first one is answered leads into the same account', async () => {
    const lena = await register('lena@example.com')
    const link = await house.linkTo('lena@example.com')
    const click = () => lena.agent.post(link).set({ Origin: house.appUrl })
    const answers = await Promise.all([click(), click()])
    expect(answers.map(({ headers }) => headers.location)).toEqual(['/clientarea', '/clientarea'])
    expect(await house.db('users').where({ email: 'lena@example.com' })).toHaveLength(1)
    expect(await house.db('clients').where({ email: 'lena@example.com' })).toHaveLength(1)
  })

  test('the link works once', async () => {
    const erik = await register('erik@example.com')
    const link = await house.linkTo('erik@example.com')
    const otherTab = await erik.newTab().visit(link)
    await erik.visit(link)
    await erik.press('Create account')
    expect(erik.title, 'without a company the account has the person’s name').toBe('Dora Diaz')
    await otherTab.press('Create account')
    expectDead(otherTab)
    expectDead(await erik.visit(link))
    expectDead(await house.visitor().visit(link))
    expect(await house.db('clients').where({ email: 'erik@example.com' })).toHaveLength(1)
  })

  test('and for sixty minutes', async () => {
    const fay = await register('fay@example.com')
    const link = await house.linkTo('fay@example.com')
    await fay.visit(link)
    moveClock(59)
    expect((await fay.visit(link)).status).toBe(200)
    moveClock(2)
    await fay.press('Create account')
    expectDead(fay)
    expect(await findUser('fay@example.com')).toBeUndefined()
  })

  test('another browser must know the password that was chosen', async () => {
    await register('gus@example.com')
    const phone = house.visitor()
    await phone.visit(await house.linkTo('gus@example.com'))
    expect(phone.text).toContain('You opened the link in another browser')
    for (const guess of ['', 'not the password', 'x'.repeat(200)]) {
      await phone.press('Create account', { Password: guess })
      expect([phone.status, phone.told]).toEqual([
        422,
        'That is not the password that was chosen when this login was asked for.',
      ])
      expect(phone.$('#password').attr('aria-invalid')).toBe('true')
    }
    expect(await findUser('gus@example.com')).toBeUndefined()
    await phone.press('Create account', { Password: MY_PASSWORD })
    expect(phone.path).toBe('/clientarea')
  })

  test('a browser that registered somebody else is another browser too', async () => {
    const mallory = await register('victim@example.com')
    const victim = await register('victim@example.org')
    await victim.visit(await house.linkTo('victim@example.com'))
    expect(victim.text).toContain('You opened the link in another browser')
    await victim.visit(await house.linkTo('victim@example.org'))
    expect(victim.text).not.toContain('You opened the link in another browser')
    await mallory.visit('/clientarea')
    expect(mallory.title).toBe('Log in')
  })

  test('H17 a known address gets the same page, and a mail that says so; nothing is created or changed', async () => {
    const before = await findUser('alice@example.com')
    const known = await register('Alice@example.com')
    const unknown = await register('henry@example.com')
    const pageOf = (visitor: Visitor, email: string) => visitor.html.replaceAll(email, 'ADDRESS')
    expect(pageOf(known, 'Alice@example.com')).toBe(pageOf(unknown, 'henry@example.com'))

    const [mail] = await house.mailTo('alice@example.com')
    expect(mail?.subject).toBe('You have a login already')
    expect(mail?.text).toContain(`${house.appUrl}/login`)
    expect(mail?.text).not.toContain('/register/')
    expect(await findUser('alice@example.com')).toEqual(before)
    expect(await house.db('clients').where({ owner_id: before.id })).toHaveLength(2)
  })

  test('an address that somebody took meanwhile is told, and the login that exists stays as it is', async () => {
    const first = await register('ida@example.com')
    const firstLink = await house.linkTo('ida@example.com')
    const second = await register('ida@example.com', { 'First name': 'Impostor' })
    await second.visit(await house.linkTo('ida@example.com'))
    await first.visit(firstLink)
    await first.press('Create account')
    await second.press('Create account')
    expect(second.status).toBe(422)
    expect(second.told).toContain('There is a login with this address: log in with it instead.')
    expect((await findUser('ida@example.com')).first_name).toBe('Dora')
  })

  test('wrong input: each with its sentence, what was typed is kept but for the password', async () => {
    const long = 'x'.repeat(101)
    const wrong: [Record<string, string>, string][] = [
      [{ 'First name': ' ' }, 'Enter a first name.'],
      [{ 'Last name': long }, 'This is too long: at most 100 characters.'],
      [{ 'Email address': '' }, 'Enter an email address.'],
      [{ 'Email address': 'jo@' }, 'That email address is not complete: something like name@example.com.'],
      [{ 'Email address': `${'x'.repeat(243)}@example.com` }, 'This is too long: at most 254 characters.'],
      [{ Password: '' }, 'Enter a password.'],
      [{ Password: 'nine char' }, 'A password has at least 10 characters.'],
      [{ Password: 'x'.repeat(129) }, 'A password has at most 128 characters.'],
      [{ 'Company name': long }, 'This is too long: at most 100 characters.'],
    ]
    for (const [fields, sentence] of wrong) {
      const jo = await register('jo@example.com', { 'Company name': 'Jo & Co', ...fields })
      expect([jo.status, jo.told]).toEqual([422, sentence])
      const [label = '', typed] = Object.entries(fields)[0] ?? []
      expect(jo.$('[aria-invalid="true"]').length).toBe(1)
      expect(jo.value(label)).toBe(label === 'Password' ? '' : typed)
      if (label !== 'First name') expect(jo.value('First name')).toBe('Dora')
      expect(jo.html).not.toContain(MY_PASSWORD)
    }
    expect(await house.mailTo('jo@example.com')).toEqual([])
    expect(await house.db('registrations').where({ email: 'jo@example.com' })).toEqual([])
  })

  test('links that were never made are dead', async () => {
    const stranger = house.visitor()
    const link = await house.linkTo('gus@example.com')
    for (const path of [
      '/register/1',
      `/register/999999-${'a'.repeat(43)}`,
      link.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')),
      `/password/reset/${link.split('/').pop()}`,
    ]) {
      expectDead(await stranger.visit(path))
      expectDead(await stranger.post(path, { password: MY_PASSWORD }))
    }
  })

  test('H19 the link’s button once more does not walk around a second factor that was set up since', async () => {
    const gina = await register('gina@example.com', { 'First name': 'Gina' })
    const browser = { Cookie: `registration=${gina.cookie('registration')}` }
    const link = await house.linkTo('gina@example.com')
    await gina.visit(link)
    await gina.press('Create account')
    expect(gina.path).toBe('/clientarea')
    const app = await setUpTwoFactor(gina, '/user', MY_PASSWORD)
    expectDead(await house.visitor().post(link, { password: MY_PASSWORD }))
    const twice = await house.visitor().post(link, {}, browser)
    expect([twice.path.split('?')[0], twice.cookie('session')]).toEqual(['/login/second-step', undefined])
    await twice.visit('/login/second-step')
    expect(twice.title).toBe('One more step')
    await twice.press('Log in', { Code: app.next() })
    expect([twice.path, twice.title]).toEqual(['/clientarea', 'Gina Diaz'])
  })

  test('H19 nor does it open a login that got another password or the address since', async () => {
    const hanna = await register('hanna@example.com')
    const browser = { Cookie: `registration=${hanna.cookie('registration')}` }
    const link = await house.linkTo('hanna@example.com')
    await hanna.visit(link)
    await hanna.press('Create account')
    await hanna.visit('/user/password')
    await hanna.press('Change password', {
      'Current password': MY_PASSWORD,
      'New password': 'quite another one',
    })
    expectDead(await house.visitor().post(link, {}, browser))

    const ada = await house.admin()
    for (const [name, new_email] of [
      ['hanna', 'hanna.h@example.com'],
      ['bob', 'hanna@example.com'],
    ]) {
      const { id } = await findUser(`${name}@example.com`)
      await ada.post(`/admin/users/${id}/email`, { ...proof, new_email })
    }
    expect(await findUser('hanna@example.com')).toMatchObject({ first_name: 'Bob' })
    expectDead(await house.visitor().post(link, {}, browser))
  })
})
