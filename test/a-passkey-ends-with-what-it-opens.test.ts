import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { addPasskey as addToLogin } from '../src/domain/passkeys.ts'
import { asPerson } from '../src/domain/people.ts'
import { endAllSessionsOf } from '../src/domain/sessions.ts'
import { moveClock } from '../src/platform/clock.ts'
import {
  Authenticator,
  addPasskey,
  askOptions,
  logInBy,
  optionsOn,
  sendPasskey,
} from './support/authenticator.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const WRONG = 'That passkey does not work here, or it took too long. Please try again.'
const QUARTER = 16

describe('a passkey ends with what it opens', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  test('H6 whoever set one up on an address that is not theirs loses it at the first proof', async () => {
    const users = house.db('users').where({ email: 'carol@example.com' })
    await users.clone().update({ email_verified_at: null })
    const { authenticator } = await addPasskey(await house.user('carol'))
    const owner = house.visitor()
    await owner.visit('/password/reset')
    await owner.press('Send link', { 'Email address': 'carol@example.com' })
    await owner.visit(await house.linkTo('carol@example.com'))
    await owner.press('Set password', { 'New password': 'the true owner came' })
    const squatter = await logInBy(house.visitor(), authenticator)
    expect([squatter.status, squatter.told]).toEqual([422, expect.stringContaining(WRONG)])
    expect((await users.clone().first()).factors).toBe(0)
  })

  test('H6 one that is just being added when all sessions end is not added', async () => {
    const squatter = await house.user('bob')
    await squatter.visit('/user/security')
    await squatter.press('Add a passkey', { 'Name of the passkey': 'Late', 'Current password': PASSWORD })
    const answer = new Authenticator(house.appUrl).make(optionsOn(squatter))
    const row = await house.db('users').where({ email: 'bob@example.com' }).first()
    await endAllSessionsOf(house.db, row)
    // Its request was past the guard already, and waited for the row of the login.
    const by = {
      kind: 'user' as const,
      id: row.id,
      name: 'Bob',
      ip: '',
      requestId: 'h6',
      entries: { next: 0 },
    }
    const adding = addToLogin(house.db, by, asPerson(row), { name: 'Late', answer })
    await expect(adding).rejects.toMatchObject({ key: 'passkey.wrong' })
    expect(await house.db('passkeys').where({ person_kind: 'user', person_id: row.id })).toEqual([])
  })

  test('a login that is disabled between two clicks is out; enabled again, its passkey works', async () => {
    const { authenticator } = await addPasskey(await house.user('bob'))
    const bob = await logInBy(house.visitor(), authenticator)
    const users = house.db('users').where({ email: 'bob@example.com' })
    await users.clone().update({ status: 'disabled' })
    expect((await bob.visit('/user/profile')).title).toBe('Log in')
    await sendPasskey(bob, authenticator.use(await askOptions(bob)))
    expect([bob.status, bob.told]).toEqual([422, expect.stringContaining(WRONG)])
    await users.clone().update({ status: 'active' })
    await sendPasskey(bob, authenticator.use(await askOptions(bob)))
    expect([bob.status, bob.path]).toEqual([200, '/user/profile'])
  })

  test('a disabled admin gets in by it no more', async () => {
    const { authenticator } = await addPasskey(await house.admin(), '/admin')
    await house.db('admins').update({ status: 'disabled' })
    const ada = await logInBy(house.visitor(), authenticator, '/admin/login')
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining(WRONG)])
    await house.db('admins').update({ status: 'active' })
  })

  test('H19 the way back after a stolen login ends those added since, and leaves those of before', async () => {
    const { id: _, ...alice } = await house.db('users').where({ email: 'alice@example.com' }).first()
    await house.db('users').insert({ ...alice, email: 'dora@example.com' })
    const { authenticator: hers } = await addPasskey(await house.user('dora@example.com'))
    const thief = await logInBy(house.visitor(), hers)
    await thief.visit('/user/profile')
    await thief.press('Change address', {
      'New email address': 'dora@evil.test',
      'Current password': PASSWORD,
    })
    await thief.visit(await house.linkTo('dora@evil.test'))
    await thief.press('Confirm')
    const again = await logInBy(house.visitor(), hers)
    const { authenticator: stolen } = await addPasskey(again)
    const mails = await house.mailTo('dora@example.com')
    const [link] = mails.flatMap(({ text }) => text.match(/\/user\/email\/back\/\S+/) ?? [])
    const owner = house.visitor()
    await owner.visit(String(link))
    await owner.press('Take it back')
    const out = await logInBy(house.visitor(), stolen)
    expect([out.status, out.told]).toEqual([422, expect.stringContaining(WRONG)])
    expect((await logInBy(house.visitor(), hers)).status).toBe(200)
    const row = await house.db('users').where({ email: 'dora@example.com' }).first()
    expect(row.factors).toBe(1)
  })

  test('sixty that do not work are enough for a quarter of an hour', async () => {
    moveClock(QUARTER)
    const { authenticator } = await addPasskey(await house.user('alice'))
    const visitor = house.visitor()
    for (let times = 0; times < 60; times++) {
      await visitor.post('/login', { passkey: `no passkey ${times}` })
      expect(visitor.status).toBe(422)
    }
    await logInBy(visitor, authenticator)
    expect([visitor.status, visitor.cookie('session')]).toEqual([429, undefined])
    expect(Number(visitor.headers['retry-after'])).toBeGreaterThan(800)
  })
})
