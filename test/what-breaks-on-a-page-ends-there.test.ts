// What breaks while a page is made is answered, on every way to a page: left without an answer it would end the whole
// process, and with it everybody else's requests.

import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { breakRow } from './support/break.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const NOBODY = 999_999
const WITHIN_MS = 5_000
let house: TestHouse

beforeAll(async () => {
  house = await startHouse()
})

test.each([
  ['the owner alone', '/account/activity'],
  ['those with a permission', '/account/contacts'],
  ['those who manage users', '/account/users'],
])('a page for %s, when it cannot be said whom to ask', { timeout: WITHIN_MS }, async (_, path) => {
  const bob = await house.user('bob', 'Acme Hosting')
  const broken = { table: 'clients', where: { company_name: 'Acme Hosting' }, set: { owner_id: NOBODY } }
  onTestFinished(await breakRow(house.db, broken))
  await bob.visit(path)
  expect(bob.status).toBe(404)
})

test('Associate User, when something that it shows cannot be read', { timeout: WITHIN_MS }, async () => {
  const ada = await house.admin()
  const { id } = await house.clientNamed('Acme Hosting')
  await house.db.schema.renameTable('presets', 'presets_away')
  onTestFinished(() => house.db.schema.renameTable('presets_away', 'presets'))
  await ada.visit(`/admin/clients/${id}/users/associate`)
  expect(ada.status).toBe(500)
  await ada.visit('/admin')
  expect(ada.status).toBe(200)
})
