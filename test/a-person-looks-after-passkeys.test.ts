import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import {
  Authenticator,
  addPasskey,
  askOptions,
  logInBy,
  optionsOn,
  plantPasskey,
  sendPasskey,
} from './support/authenticator.ts'
import { codeOf, setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const WRONG = 'That passkey does not work here, or it took too long. Please try again.'
const ADD = 'Add a passkey'
const begin = { 'Name of the passkey': 'Phone', 'Current password': PASSWORD }

describe('a person adds, renames and removes passkeys', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice')
  })

  const passkeys = () => house.db('passkeys').orderBy('id')
  const factors = async (email = 'alice@example.com') =>
    (await house.db('users').where({ email }).first()).factors

  test('a wrong password, or no name, and no passkey is made', async () => {
    for (const [fields, sentence] of [
      [{ ...begin, 'Current password': 'wrong' }, 'password'],
      [{ ...begin, 'Name of the passkey': ' ' }, 'Give it a name.'],
    ] as const) {
      await alice.visit('/user/security')
      await alice.press(ADD, fields)
      expect([alice.status, alice.title, alice.told]).toEqual([
        422,
        'Security',
        expect.stringContaining(sentence),
      ])
    }
    expect(await house.db('passkey_challenges')).toEqual([])
  })

  test('what the browser is asked: verified, kept on the device, known by no address', async () => {
    await alice.visit('/user/security')
    await alice.press(ADD, begin)
    const options = optionsOn(alice)
    expect(options.rp.id).toBe('127.0.0.1')
    expect(options.authenticatorSelection).toMatchObject({
      residentKey: 'required',
      userVerification: 'required',
    })
    expect(Buffer.from(options.user.id, 'base64url')).toHaveLength(32)
    const [row] = await house.db('passkey_challenges')
    expect(JSON.stringify(row)).not.toContain(options.challenge)
  })

  test('whatever Host a request names, the domain is that of APP_URL', async () => {
    const answer = await alice.agent
      .post('/login/passkey')
      .set({ Origin: house.appUrl, 'X-Forwarded-Host': 'evil.example' })
    expect([answer.status, answer.body.rpId]).toEqual([421, undefined])
    expect((await askOptions(await house.visitor().visit('/login'))).rpId).toBe('127.0.0.1')
  })

  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another domain', { rpId: 'evil.example' }],
    ['no PIN, finger or face', { unverified: true }],
    ['a challenge made up', { challenge: Buffer.alloc(32, 7).toString('base64url') }],
  ])('made for %s, it is not added', async (_, lies) => {
    await alice.visit('/user/security')
    await alice.press(ADD, begin)
    await sendPasskey(alice, new Authenticator(house.appUrl).make(optionsOn(alice), lies))
    expect([alice.status, alice.told]).toEqual([422, expect.stringContaining(WRONG)])
    expect(await passkeys()).toEqual([])
  })

  test('a challenge to log in with, one of somebody else, an old one: not added', async () => {
    const device = new Authenticator(house.appUrl)
    const bob = await house.user('bob')
    await bob.visit('/user/security')
    await bob.press(ADD, begin)
    const ofLogin = await askOptions(await house.visitor().visit('/login'))
    await alice.visit('/user/security')
    await alice.press(ADD, begin)
    const mine = optionsOn(alice)
    const page = alice.html
    for (const options of [ofLogin, optionsOn(bob), mine]) {
      alice.html = page
      if (options === mine) moveClock(5)
      await sendPasskey(alice, device.make(options))
      expect([alice.status, alice.told]).toEqual([422, expect.stringContaining(WRONG)])
    }
    expect(await passkeys()).toEqual([])
  })

  test('the first one comes with recovery codes, a new session id, a mail and an entry', async () => {
    const before = alice.cookie('session')
    const { recovery, authenticator } = await addPasskey(alice)
    expect([alice.title, recovery.length, await factors()]).toEqual(['Recovery codes', 10, 1])
    expect(alice.cookie('session')).not.toBe(before)
    const [mail] = await house.mailTo('alice@example.com')
    expect(mail?.subject).toBe('A passkey was added to your login')
    const [row] = await passkeys()
    expect([row.name, row.transports, row.person_kind]).toEqual(['Phone', 'internal', 'user'])
    await alice.visit('/user/activity')
    expect(alice.text).toContain('added the passkey Phone')
    await alice.visit('/user/security')
    expect(alice.text).toContain('Recovery codes left: 10')
    await alice.press(ADD, begin)
    expect(optionsOn(alice).excludeCredentials.map(({ id }: { id: string }) => id)).toEqual([
      authenticator.id.toString('base64url'),
    ])
  })

  test('an answer that added one adds nothing when it is sent again, by her or by another', async () => {
    await alice.visit('/user/security')
    await alice.press(ADD, { ...begin, 'Name of the passkey': 'Tablet' })
    const answer = new Authenticator(house.appUrl).make(optionsOn(alice))
    const page = alice.html
    await sendPasskey(alice, answer)
    expect([alice.path, alice.told]).toEqual(['/user/security', 'Your passkey is ready.'])
    alice.html = page
    await sendPasskey(alice, answer)
    expect([alice.status, (await passkeys()).length]).toEqual([422, 2])
  })

  test('certificates of a device’s maker are not looked at, so that they lead us nowhere', async () => {
    await alice.visit('/user/security')
    await alice.press(ADD, { ...begin, 'Name of the passkey': 'Made' })
    const maker = [Buffer.from('no certificate')]
    await sendPasskey(alice, new Authenticator(house.appUrl).make(optionsOn(alice), { maker }))
    expect(alice.told).toBe('Your passkey is ready.')
    await alice.follow('Manage: Made')
    await alice.press('Remove passkey', { 'Current password': PASSWORD })
    expect(await passkeys()).toHaveLength(2)
  })

  test('what is no answer at all is refused', async () => {
    for (const odd of ['', 'x', 'null', '[]', '{}', '{"id":"x","response":{"attestationObject":"oA"}}']) {
      await alice.visit('/user/security')
      await alice.press(ADD, begin)
      await sendPasskey(alice, odd)
      expect([alice.status, alice.told], odd).toEqual([422, expect.stringContaining(WRONG)])
    }
  })

  test('a credential that somebody has cannot be added by another', async () => {
    const carol = await house.user('carol')
    const { authenticator } = await addPasskey(carol)
    await alice.visit('/user/security')
    await alice.press(ADD, begin)
    await sendPasskey(alice, authenticator.make(optionsOn(alice)))
    expect([alice.status, alice.told]).toEqual([422, expect.stringContaining(WRONG)])
    await carol.visit('/user/security')
    await carol.follow('Manage: Phone')
    await carol.press('Remove passkey', { 'Current password': PASSWORD })
  })

  test('it gets another name; nobody else sees or touches it', async () => {
    await alice.visit('/user/security')
    await alice.follow('Manage: Tablet')
    const path = alice.path
    await alice.press('Save', { 'Name of the passkey': ' ' })
    expect([alice.status, alice.told]).toEqual([422, 'Give it a name.'])
    await alice.press('Save', { 'Name of the passkey': 'Old <tablet>' })
    expect(alice.text).toContain('Old <tablet>')
    await alice.visit('/user/activity')
    expect(alice.text).toContain('renamed the passkey Tablet to Old <tablet>')
    const bob = await house.user('bob')
    for (const step of ['', '/rename', '/remove']) {
      expect((await bob.visit(path + step)).status, step).toBe(404)
      if (step) await bob.post(path + step, { name: 'Mine', password: PASSWORD })
      expect(bob.status, step).toBe(404)
    }
    const ada = await house.admin()
    expect((await ada.visit(path.replace('/user', '/admin'))).status).toBe(404)
  })

  test('removing takes the password; the last one is said to be the last, and the codes end', async () => {
    await alice.visit('/user/security')
    await alice.follow('Manage: Old <tablet>')
    expect(alice.text).not.toContain('your last second factor')
    await alice.press('Remove passkey', { 'Current password': 'wrong' })
    expect([alice.status, (await passkeys()).length]).toEqual([422, 2])
    await alice.press('Remove passkey', { 'Current password': PASSWORD })
    expect(alice.told).toBe('The passkey is removed.')
    await alice.follow('Manage: Phone')
    expect(alice.text).toContain('It is your last second factor')
    const before = alice.cookie('session')
    await alice.press('Remove passkey', { 'Current password': PASSWORD })
    expect(alice.told).toBe('The passkey is removed, and with it your last second factor.')
    expect(alice.cookie('session')).not.toBe(before)
    expect([await factors(), await house.db('recovery_codes')]).toEqual([0, []])
    const [mail] = await house.mailTo('alice@example.com')
    expect(mail?.text).toContain('Your last passkey was removed')
  })

  test('ten are enough', async () => {
    for (let nth = 0; nth < 10; nth++) await plantPasskey(house.db, 'user', 'bob@example.com')
    const bob = await house.user('bob')
    await bob.visit('/user/security')
    await bob.press(ADD, begin)
    expect([bob.status, bob.told]).toEqual([
      422,
      expect.stringContaining('You have 10 passkeys. Remove one first.'),
    ])
  })

  test('an app beside a passkey: the recovery codes stay, and so does two-factor when it goes', async () => {
    const carol = await house.user('carol')
    const { authenticator, recovery } = await addPasskey(carol)
    await carol.visit('/user/security')
    const app = await setUpTwoFactor(carol)
    expect([app.recovery, carol.path, await factors('carol@example.com')]).toEqual([[], '/user/security', 2])
    moveClock(1)
    await carol.press('Turn off', { 'Current password': PASSWORD, Code: codeOf(app.key) })
    expect([carol.told, await factors('carol@example.com')]).toEqual([
      'The authenticator app is removed. Your passkeys stay.',
      1,
    ])
    const [mail] = await house.mailTo('carol@example.com')
    expect(mail?.text).toContain('a login asks for a passkey instead of its code')
    await carol.press('New recovery codes', { 'Current password': PASSWORD })
    expect([carol.$('li code').length, carol.text.includes(recovery[0] ?? '')]).toEqual([10, false])
    const other = house.visitor()
    await logInBy(other, authenticator)
    expect(other.cookie('session')).toBeDefined()
  })

  test('an admin’s sit in the Admin Area', async () => {
    const ada = await house.admin()
    const { recovery } = await addPasskey(ada, '/admin', 'Key')
    expect(recovery).toHaveLength(10)
    await ada.visit('/admin/security')
    await ada.follow('Manage: Key')
    await ada.press('Remove passkey', { 'Current password': PASSWORD })
    expect([ada.path, ada.told]).toEqual([
      '/admin/security',
      'The passkey is removed, and with it your last second factor.',
    ])
  })
})
