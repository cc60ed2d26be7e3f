import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { addAdmin, addRole } from './support/admins.ts'
import { caller } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('an admin looks after API keys', () => {
  let house: TestHouse
  let ada: Visitor
  let secret: string
  const mine = { 'Your password': PASSWORD }

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
  })

  test('makes one with a right, for one client; the secret is shown once and works', async () => {
    const acme = await house.clientNamed('Acme Hosting')
    await ada.visit('/admin/api')
    await ada.follow('New API key')
    const fields = { Name: 'Billing robot', 'List clients': true, 'Only these clients': String(acme.id) }
    await ada.press('Save', { ...fields, 'Your password': 'wrong' })
    expect([ada.status, await house.db('api_credentials')]).toEqual([422, []])
    await ada.press('Save', { ...fields, ...mine })
    secret = /latchkey_key_[\w-]{43}/.exec(ada.text)?.[0] ?? ''
    const list = await caller(house, secret)('GET', '/clients')
    expect(list.body.items.map(({ id }) => id)).toEqual([acme.id])
    await ada.visit('/admin/api')
    expect(ada.text).toMatch(
      /Billing robot ?Answered for by Ada Admin ?List clients ?Only for Acme Hosting ?Last used .*127\.0\.0\.1/,
    )
    expect(ada.text).not.toContain(secret)
  })

  test('is told what cannot be: no right, a client that is not there, no network', async () => {
    await ada.visit('/admin/api/new')
    await ada.press('Save', {
      Name: 'X',
      'List clients': true,
      'Only these clients': '4711',
      'Your password': 'x',
    })
    expect(ada.told, 'before the password is looked at').toBe('There is no client “4711”.')
    await ada.press('Save', { 'Only these clients': '', 'Only from these addresses': 'home', ...mine })
    expect(ada.told).toContain('“home” is no address or network')
    // What is behind the % is told apart by nothing, and may be as long as one likes.
    const zone = `fe80::1%${'e'.repeat(1_000)}`
    await ada.press('Save', { 'Only from these addresses': zone, ...mine })
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('is no address or network')])
    await ada.press('Save', { 'List clients': false, 'Only from these addresses': '', ...mine })
    expect(ada.told).toContain('Choose at least one right.')
  })

  test('changes it, and the log says what was before and after', async () => {
    await ada.visit('/admin/api')
    await ada.follow('Billing robot')
    await ada.press('Save', { 'Only from these addresses': '203.0.113.0/24', ...mine })
    expect(ada.told).toContain('is saved')
    expect((await caller(house, secret)('GET', '/clients')).status).toBe(403)
    const entry = await house.db('activity').where({ action: 'credential.edited' }).first()
    const { before, after } = JSON.parse(entry.detail)
    expect([before.addresses, after.addresses]).toEqual(['', '203.0.113.0/24'])
    await ada.visit('/admin/api')
    expect(ada.text).toContain('Only from 203.0.113.0/24')
  })

  test('whoever holds less neither gives nor changes more, and without the right sees nothing', async () => {
    await addAdmin(house.db, 'kim', await addRole(house.db, 'Keys', 'api'))
    const kim = await house.admin('kim')
    await kim.visit('/admin/api')
    await kim.follow('Billing robot')
    await kim.post(kim.path, { name: 'Mine', rights: 'api', current_password: PASSWORD })
    expect([kim.status, kim.told]).toEqual([422, expect.stringContaining('more rights than you do')])
    await addAdmin(house.db, 'ron', 'read-only')
    const ron = await house.admin('ron')
    await ron.visit('/admin/api')
    expect(ron.status).toBe(403)
  })

  test('revokes it, once and for ever', async () => {
    await ada.visit('/admin/api')
    await ada.follow('Billing robot')
    await ada.follow('Revoke')
    const { path } = ada
    await ada.press('Revoke', mine)
    expect(ada.told).toContain('is revoked')
    expect((await caller(house, secret)('GET', '/clients')).status).toBe(401)
    await ada.post(path, { current_password: PASSWORD })
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('revoked before')])
  })
})
