import { beforeAll, expect, test } from 'vitest'
import { wrongWords } from '../src/domain/doctor-words.ts'
import { startHouse, type TestHouse } from './support/house.ts'

let house: TestHouse

beforeAll(async () => {
  house = await startHouse()
})

test('what is edited is found by its new words at once, and by the old ones no more', async () => {
  const ada = await house.admin()
  const found = async (search: string) => {
    await ada.visit(`/admin/users?search=${encodeURIComponent(search)}`)
    return ada
      .$('#people .person-name')
      .map((_, one) => ada.$(one).text().trim())
      .get()
  }
  expect(await found('bro')).toEqual(['Bob Brown'])
  const bob = await house.user('bob')
  await bob.visit('/user/profile')
  await bob.press('Save', { 'First name': 'Rob', 'Last name': 'Baker' })
  expect(await found('bake')).toEqual(['Rob Baker'])
  expect(await found('bro')).toEqual([])

  const { id } = await house.clientNamed('Brown Bakery')
  await ada.visit(`/admin/clients/${id}/profile`)
  await ada.press('Save', { 'Company name': 'Rolls and More' })
  await ada.visit('/admin/clients?search=roll')
  expect(ada.text).toContain('Rolls and More')
  await ada.visit('/admin/clients?search=brown%20bakery')
  expect(ada.text).toContain('No client found.')

  const wrong = []
  for await (const one of wrongWords(house.db)) wrong.push(one)
  expect(wrong).toEqual([])
})
