import { beforeAll, expect, test } from 'vitest'
import { wrongWords } from '../src/domain/doctor-words.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { start } from './support/processes.ts'

let house: TestHouse

beforeAll(async () => {
  house = await startHouse()
})

const wrong = async () => {
  const found = []
  for await (const { values } of wrongWords(house.db)) found.push(`${values.table} ${values.id}`)
  return found
}

const mend = async () => {
  const { databaseUrl: DATABASE_URL } = house.config
  const { ended, output } = start('job', { DATABASE_URL, APP_URL: house.appUrl }, 'src/cli/job.ts mend-words')
  expect(await ended, output()).toBe(0)
  return output()
}

test('what the doctor says of words, one command mends; where nothing is wrong it does nothing', async () => {
  const { id: bob } = await house.db('users').where({ email: 'bob@example.com' }).first()
  const { id: acme } = await house.clientNamed('Acme Hosting')
  await house.db('user_words').where({ user_id: bob }).delete()
  await house.db('client_words').insert({ word: 'stray', client_id: acme })
  expect(await wrong()).toEqual([`users ${bob}`, `clients ${acme}`])
  const ada = await house.admin()
  await ada.visit('/admin/users?search=bro')
  expect(ada.text).not.toContain('Bob Brown')

  expect(await mend()).toContain('mend-words: 2')
  expect(await wrong()).toEqual([])
  await ada.visit('/admin/users?search=bro')
  expect(ada.text).toContain('Bob Brown')
  await ada.visit('/admin/clients?search=stray')
  expect(ada.text).toContain('No client found.')
  expect(await mend()).toContain('mend-words: 0')
})
