import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hashPassword } from '../src/domain/passwords.ts'
import { addAdmin, addRole, adminNamed, proof } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { idsOf } from './support/merging.ts'
import type { Visitor } from './support/visitor.ts'

const WRONG = { current_password: 'not the password of anybody' }
const MISSING = 'Enter your own password to do this.'
const KEYS = {
  admins: 'id',
  roles: 'id',
  users: 'id',
  password_resets: 'id',
  emails: 'id',
  associations: 'user_id',
  totp_factors: 'person_id',
}

describe('an admin session alone, stolen or left open, hands over no login and no rights', () => {
  let house: TestHouse
  let thief: Visitor
  let ids: Record<'ada' | 'kim' | 'lex' | 'role' | 'bob' | 'carol' | 'dora', number>

  beforeAll(async () => {
    house = await startHouse()
    thief = await house.admin()
    const kim = await addAdmin(house.db, 'kim', 'support')
    const lex = await addAdmin(house.db, 'lex', 'support')
    await house.db('admins').where({ id: lex }).update({ status: 'disabled' })
    const role = Number((await addRole(house.db, 'Night', 'list-clients')).split(':')[1])
    const { id: _, ...alice } = await house.db('users').where({ email: 'alice@example.com' }).first()
    await house.db('users').insert({ ...alice, email: 'dora@example.com', factors: 0 })
    const { id: dora } = await house.db('users').where({ email: 'dora@example.com' }).first('id')
    ids = { ...(await idsOf(house)), ada: (await adminNamed(house.db, 'ada')).id, kim, lex, role, dora }
    const at = '2026-01-01T00:00:00.000Z'
    for (const [person_kind, person_id] of [
      ['admin', kim],
      ['user', ids.bob],
    ])
      await house
        .db('totp_factors')
        .insert({ person_kind, person_id, secret: 'x', created_at: at, confirmed_at: at })
    await house.db('admins').where({ id: kim }).update({ factors: 1 })
    await house.db('users').where({ id: ids.bob }).update({ factors: 1 })
  })

  beforeEach(async () => {
    await house.db('limits').delete()
  })

  /** All that could have been changed; mail that waited is let out first. */
  async function everything() {
    await house.mailTo('nobody')
    return Promise.all(Object.entries(KEYS).map(([table, key]) => house.db(table).orderBy(key)))
  }

  const admin = (name: string) => ({ name, email: `${name}@latchkey.test` })

  const handedOver: [what: string, () => [path: string, body: Record<string, unknown>]][] = [
    ['makes an admin', () => ['/admin/admins/new', { ...admin('eve'), role: 'full' }]],
    [
      'gives herself another address',
      () => [`/admin/admins/${ids.ada}`, { name: 'Ada Admin', email: 'eve@example.net', role: 'full' }],
    ],
    [
      'gives another admin an address',
      () => [`/admin/admins/${ids.kim}`, { name: 'kim', email: 'kim@example.net', role: 'support' }],
    ],
    [
      'gives another admin a role',
      () => [`/admin/admins/${ids.kim}`, { name: 'kim', email: 'kim@example.net', role: 'full' }],
    ],
    ['sends an admin a link', () => [`/admin/admins/${ids.kim}/send-link`, {}]],
    ['removes an admin’s factor', () => [`/admin/admins/${ids.kim}/remove-factor`, {}]],
    ['enables an admin', () => [`/admin/admins/${ids.lex}/enable`, {}]],
    ['makes a role', () => ['/admin/roles/new', { name: 'Mine', rights: ['settings'] }]],
    ['changes a role', () => [`/admin/roles/${ids.role}`, { name: 'Night', rights: ['settings'] }]],
    ['deletes a role', () => [`/admin/roles/${ids.role}/delete`, {}]],
    [
      'gives a user another address',
      () => [`/admin/users/${ids.carol}/email`, { new_email: 'e@example.net' }],
    ],
    ['removes a user’s factor', () => [`/admin/users/${ids.bob}/remove-factor`, {}]],
    ['deletes a login', () => [`/admin/users/${ids.dora}/delete`, {}]],
    [
      'merges two logins',
      () => [`/admin/users/${ids.bob}/merge`, { other: ids.carol, keep: 'this', seen: '' }],
    ],
  ]

  for (const [what, form] of handedOver)
    test(`${what}: not without the password, not with a wrong one; with the right one it is done`, async () => {
      const [path, given] = form()
      const body = { ...given, ...(given.seen === '' && { seen: await seen() }) }
      const before = await everything()
      await thief.post(path, body)
      expect([thief.status, thief.text]).toEqual([422, expect.stringContaining(MISSING)])
      await thief.post(path, { ...body, ...WRONG })
      expect([thief.status, thief.text]).toEqual([422, expect.stringContaining('not your current password')])
      const [field] = thief.$('input[name=current_password][aria-invalid]').get()
      expect(thief.$(field).attr(), 'empty again, and labelled').toMatchObject({
        type: 'password',
        autocomplete: 'current-password',
      })
      expect(thief.$(field).attr('value')).toBeUndefined()
      expect(await everything(), 'nothing happened').toEqual(before)
      await thief.post(path, { ...body, ...proof })
      expect(thief.status, thief.told).toBe(200)
      expect(await everything()).not.toEqual(before)
    })

  async function seen() {
    await thief.visit(`/admin/users/${ids.bob}/merge?preview=1&other=${ids.carol}`)
    return thief.$('input[name=seen]').val()
  }

  test('guessing it gets slower, over all forms together', async () => {
    await thief.post('/admin/roles/new', { name: 'X', rights: ['settings'], ...WRONG })
    await house.db('limits').where('key', 'like', 'failures:%').update({ points: 12 })
    await thief.post('/admin/admins/new', { ...admin('x'), role: 'full', ...WRONG })
    expect(thief.status).toBe(422)
    for (const path of [
      '/admin/roles/new',
      `/admin/users/${ids.carol}/email`,
      `/admin/admins/${ids.kim}/send-link`,
    ]) {
      const body = { name: 'X', rights: ['settings'], new_email: 'x@example.net', ...proof }
      await thief.post(path, body)
      expect([thief.status, Number(thief.headers['retry-after']) > 0], path).toEqual([429, true])
    }
  })

  test('a name alone needs none, but what is typed must be right', async () => {
    const page = `/admin/admins/${ids.ada}`
    const { email, role } = await house.db('admins').where({ id: ids.ada }).first()
    await thief.visit(page)
    expect(thief.text).toContain('It is needed to change the address or the role, not for the name alone.')
    await thief.post(page, { name: 'Ada Lace', email: email.toUpperCase(), role })
    expect(thief.told).toBe('Ada Lace is saved.')
    await thief.post(page, { name: 'Ada', email, role, ...WRONG })
    expect([thief.status, (await house.db('admins').where({ id: ids.ada }).first()).name]).toEqual([
      422,
      'Ada Lace',
    ])
  })

  test('the password of another admin does not help', async () => {
    const { password_hash } = await house.db('admins').where({ id: ids.ada }).first()
    await house
      .db('admins')
      .where({ id: ids.ada })
      .update({ password_hash: await hashPassword('a long sentence of Ada') })
    await thief.post('/admin/roles/new', { name: 'Other', rights: ['settings'], ...proof })
    expect([thief.status, await house.db('roles').where({ name: 'Other' })]).toEqual([422, []])
    await house.db('admins').where({ id: ids.ada }).update({ password_hash })
  })
})
