import { expect, test } from 'vitest'
import { setStage } from './bench/stage.ts'
import { doctorFinds } from './support/doctor.ts'

test('the data of the bench is what the doctor accepts, and its people are found by their words', async () => {
  const size = { clients: 4, users: 200, associations: 200, invitations: 40 }
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
