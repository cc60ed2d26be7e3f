import { expect, test } from 'vitest'
import { startHouse } from './support/house.ts'

const house = await startHouse()

test('H22 two hash at once, twenty wait, the rest is asked to come back; other pages answer meanwhile', async () => {
  // Nobody has this address, so the full price of a hash is paid, as for everyone.
  const tries = Array.from({ length: 40 }, () =>
    house.visitor().post('/login', { email: 'nobody@example.com', password: 'a long sentence' }),
  )
  const started = Date.now()
  const page = house.visitor()
  await page.visit('/login')
  const waited = Date.now() - started
  const answers = await Promise.all(tries)
  const busy = answers.filter(({ status }) => status === 503)
  expect(page.status).toBe(200)
  expect(waited).toBeLessThan(2_000)
  expect(busy.length).toBeGreaterThan(0)
  expect(busy.length).toBeLessThanOrEqual(40 - 20)
  expect(busy[0]?.headers['retry-after']).toBe('5')
  expect(busy[0]?.title).toBe('One moment')
  expect(answers.filter(({ status }) => status === 422).length).toBe(40 - busy.length)
})
