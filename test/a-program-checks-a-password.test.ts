import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { keyOf } from './support/api.ts'
import { setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { done, no, whmcsCaller } from './support/whmcs.ts'

const OFF = no('Invalid Permissions: API action "validatelogin" is not allowed', 403)

describe('a program checks a password (ValidateLogin)', () => {
  let house: TestHouse
  let call: ReturnType<typeof whmcsCaller>

  beforeAll(async () => {
    house = await startHouse()
    call = whmcsCaller(house, await keyOf(house))
  })
  beforeEach(() => house.db('limits').delete())

  const alice = { email: 'alice@example.com', password2: PASSWORD }
  const turn = async (isOn: boolean) => {
    const ada = await house.admin()
    await ada.visit('/admin/settings')
    await ada.press('Save', { 'Programs may check passwords': isOn })
    expect(ada.text).toContain('saved')
  }

  test('it is off until an admin switches it on, and again from the next call on', async () => {
    expect(await call('ValidateLogin', alice)).toEqual(OFF)
    await turn(true)
    const { id } = await house.db('users').where({ email: alice.email }).first()
    expect(await call('ValidateLogin', alice)).toEqual(
      done({ userid: id, passwordhash: '', twoFactorEnabled: false }),
    )
    await turn(false)
    expect(await call('ValidateLogin', alice)).toEqual(OFF)
    await turn(true)
  })

  test('a second factor is told of, and a wrong part is not', async () => {
    await setUpTwoFactor(await house.user('carol'))
    const carol = await call('ValidateLogin', { ...alice, email: 'Carol@Example.com' })
    expect(carol).toMatchObject({ result: 'success', twoFactorEnabled: true })
    const { id } = await house.db('users').where({ email: 'bob@example.com' }).first()
    const ada = await house.admin()
    await ada.post(`/admin/users/${id}/disable`, {})
    const invalid = no('Email or Password Invalid')
    expect(await call('ValidateLogin', { ...alice, password2: 'wrong' })).toEqual(invalid)
    expect(await call('ValidateLogin', { ...alice, email: 'nobody@example.com' })).toEqual(invalid)
    expect(await call('ValidateLogin', { ...alice, email: 'bob@example.com' })).toEqual(invalid)
    expect(await call('ValidateLogin')).toEqual(invalid)
    expect(await house.db('sessions').where({ user_id: id })).toEqual([])
  })

  test('tries count with those of the login form, and both wait', async () => {
    const wrong = { ...alice, password2: 'wrong' }
    for (let nth = 0; nth < 6; nth++) await call('ValidateLogin', wrong)
    const late = await call('ValidateLogin', wrong)
    expect([late.status, late.result]).toEqual([429, 'error'])
    const visitor = house.visitor()
    await visitor.visit('/login')
    await visitor.press('Log in', { 'Email address': alice.email, Password: PASSWORD })
    expect([visitor.status, visitor.cookie('session')]).toEqual([429, undefined])
  })

  test('one that goes well takes them back', async () => {
    for (let nth = 0; nth < 4; nth++) await call('ValidateLogin', { ...alice, password2: 'wrong' })
    expect(await call('ValidateLogin', alice)).toMatchObject({ result: 'success' })
    expect(await house.db('limits').where('key', 'like', 'failures:%')).toEqual([])
  })

  test('a key without the right, and one for some clients, is told nothing', async () => {
    const weak = whmcsCaller(house, await keyOf(house, { rights: ['list-users', 'edit-users'] }))
    expect(await weak('ValidateLogin', alice)).toEqual(OFF)
    const acme = await house.clientNamed('Acme Hosting')
    const few = whmcsCaller(house, await keyOf(house, { clients: String(acme.id) }))
    expect(await few('ValidateLogin', alice)).toEqual(no('An API key for some clients may not do this.'))
  })
})
