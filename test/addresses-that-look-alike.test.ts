import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const CYRILLIC_A = 'а'

// Each is another address than alice@example.com, however alike it looks, sorts or folds.
const OTHERS = [
  `${CYRILLIC_A}lice@example.com`,
  `alice@ex${CYRILLIC_A}mple.com`,
  'ａｌｉｃｅ@example.com',
  'alice@ｅｘａｍｐｌｅ.com',
  'alıce@example.com',
  'alİce@example.com',
  'alícе@example.com',
  'alíce@example.com',
  'ali\u0301ce@example.com',
  'ali\u200Bce@example.com',
  'ali\u00ADce@example.com',
  'alice@example.com\u200B',
  '\u202Ealice@example.com',
  'alice\u0000@example.com',
  'alice@example.com\u0000',
  'alice@example.com.',
  'alice+1@example.com',
  'a.lice@example.com',
  '"alice"@example.com',
  'alice@example。com',
  'ﬀalice@example.com',
  'ßalice@example.com',
  'alice@example.com,bob@example.com',
  'alice@example.com bob@example.com',
  'alice%40example.com',
  '\u{1D4AA}lice@example.com',
]

describe('addresses that look alike', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const login = (email: string) => house.visitor().post('/login', { email, password: PASSWORD })

  test('in whatever case it is typed, and with spaces around, it is the same login', async () => {
    for (const email of [
      'ALICE@EXAMPLE.COM',
      'Alice@Example.Com',
      '  alice@example.com ',
      '\talice@example.com\n',
    ])
      expect([email, (await login(email)).path]).toEqual([email, '/clientarea'])
  })

  test('one that only looks like it logs nobody in', async () => {
    for (const email of OTHERS) {
      const visitor = await login(email)
      expect([email, visitor.status, visitor.cookie('session')]).toEqual([email, 422, undefined])
    }
  })

  test('nor does it get the link to another’s new password', async () => {
    for (const email of OTHERS) {
      const { status } = await house.visitor().post('/password/reset', { email })
      expect([email, [200, 422].includes(status)]).toEqual([email, true])
    }
    const mails = await house.mailTo('alice@example.com')
    expect(mails.filter(({ subject }) => subject !== 'New login to your account')).toEqual([])
    const sent = house.db('emails').where({ template: 'password-reset', status: 'sent' })
    expect(await sent.pluck('to_address')).toEqual([])
  })

  test('registered in other case it is known; looking alike it is refused or somebody else, and changes nobody', async () => {
    const before = await house.db('users').select()
    const names = { first_name: 'Eve', last_name: 'Adams', password: 'a long sentence of mine' }
    await house.visitor().post('/register', { ...names, email: 'ALICE@example.com' })
    expect((await house.db('emails').where({ template: 'register-known' })).length).toBe(1)
    const again = await startHouse()
    for (const email of OTHERS) {
      const { status } = await again.visitor().post('/register', { ...names, email })
      expect([email, [200, 422].includes(status)]).toEqual([email, true])
    }
    expect(await again.db('emails').where({ template: 'register-known' })).toEqual([])
    expect(await house.db('users').select()).toEqual(before)
  })

  test('an invitation to a look-alike is not for her who was there first', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    for (const email of OTHERS) {
      await alice.post('/account/users/invite', { email, which: 'all' })
      expect([email, [200, 422].includes(alice.status)]).toEqual([email, true])
    }
    const invited = await house.db('invitations').pluck('email')
    expect(invited).not.toContain('alice@example.com')
    expect(invited.filter((one: string) => /[^\x21-\x7e]/.test(one))).toEqual([])
  })
})
