import { expect, test } from 'vitest'
import { caller, castOf, keyOf, problem } from '../support/api.ts'
import { atOnce } from '../support/crowd.ts'
import { startHouse } from '../support/house.ts'

const house = await startHouse()

// Fails when the login is not taken before it is read: the others then hear of a link, of which there is none.
test('several addresses are given to one login at once: one holds, the others are told that it has changed', async () => {
  const { carol } = await castOf(house)
  const call = caller(house, await keyOf(house))
  for (let round = 0; round < 8; round++) {
    const wanted = Array.from({ length: 5 }, (_, nth) => `carol-${round}-${nth}@example.com`)
    const answers = await atOnce(
      wanted.map((new_email) => () => call('POST', `/users/${carol}/email`, { new_email })),
    )
    const done = answers.filter(({ status }) => status === 200)
    // One that came only after that gave another one.
    const { email } = await house.db('users').where({ id: carol }).first('email')
    expect(done.map(({ body }) => body.email)).toContain(email)
    for (const { status, body } of answers.filter((one) => !done.includes(one)))
      expect([status, body.type]).toEqual([409, problem('login.notSo')])
  }
})
