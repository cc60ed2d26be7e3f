import { expect, test } from 'vitest'
import { benchOn } from './bench/program.ts'
import { setStage } from './bench/stage.ts'
import { doctorFinds } from './support/doctor.ts'

const size = { clients: 4, users: 200, associations: 200, invitations: 40 }

test('a database of which nothing is asked is not filled', async () => {
  const said: unknown[] = []
  const say = (line: unknown) => void said.push(line)
  const pace = { warmSeconds: 0.1, rounds: 1, seconds: 0.1, steadySeconds: 0.1 }
  const plan = { pace, size, expired: 1, mails: 1, pages: 1 }
  await benchOn('SQLite', { plan, only: ['can'], say, tell: say })
  expect(said).toEqual([])
})

test('the data of the bench is what the doctor accepts, and its people are found by their words', async () => {
  const stage = await setStage('SQLite', size, () => {})
  try {
    expect(await doctorFinds(stage.config.databaseUrl)).toEqual([])
    expect(await stage.db('associations').where({ client_id: 1 })).toHaveLength(50)
    expect(await stage.db('user_words').where({ word: 'ada' })).not.toEqual([])
    expect(await stage.db('client_words').where({ client_id: 4 })).not.toEqual([])
  } finally {
    await stage.close()
  }
})
