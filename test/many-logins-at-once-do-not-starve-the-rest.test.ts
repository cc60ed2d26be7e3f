import { expect, test } from 'vitest'
import { verifyPassword } from '../src/domain/passwords.ts'
import { startHouse } from './support/house.ts'

const house = await startHouse()

test('H22 two hash at once, twenty wait, the rest is asked to come back; other pages answer meanwhile', async () => {
  // Nobody has a password yet, so the full price of a hash is paid, as for everyone.
  const asked = () => verifyPassword(null, 'a long sentence').catch((error) => error.name as string)
  const answers = await Promise.all(Array.from({ length: 40 }, asked))
  expect(answers.filter((answer) => answer === 'Busy').length).toBe(40 - 22)
  expect(answers.filter((answer) => answer === false).length).toBe(22)

  // However fast this machine hashes: while the queue is kept full, a login is told to come back.
  let flooding = true
  const flood = Array.from({ length: 44 }, async () => {
    while (flooding) if ((await asked()) === 'Busy') await new Promise((later) => setTimeout(later, 1))
  })
  // The flood ends after it: a page that had to wait for hashing would never come.
  const page = await house.visitor().visit('/login')
  expect(page.status).toBe(200)
  const busy = await house.visitor().post('/login', { email: 'nobody@example.com', password: 'a long one' })
  for (let nth = 0; nth < 10; nth++)
    await house.visitor().post('/login', { email: `nobody${nth}@example.com`, password: 'a long one' })
  flooding = false
  await Promise.all(flood)
  expect([busy.status, busy.title, busy.headers['retry-after']]).toEqual([503, 'One moment', '5'])
  // Two for each that is looked at; one may have found room in the wrong moment.
  const guesses = await house.db('limits').where('key', 'like', 'failures:%')
  expect(guesses.length, 'turned away, and counted as no guess').toBeLessThan(10)

  const calm = await house.visitor().post('/login', { email: 'nobody@example.com', password: 'a long one' })
  expect(calm.status).toBe(422)
})
