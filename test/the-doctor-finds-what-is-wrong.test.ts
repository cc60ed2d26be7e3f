import { beforeAll, describe, expect, test } from 'vitest'
import { type Examination, examine, type Finding } from '../src/domain/doctor.ts'
import { liveFullStory } from './support/full-story.ts'
import { startHouse, type TestHouse } from './support/house.ts'

describe('healthy', () => {
  test('after everything that can happen there is nothing to find', async () => {
    const house = await startHouse()
    await liveFullStory(house)
    const all: Finding[] = []
    for await (const one of examine(house.db, { pauseMs: 10 })) all.push(one)
    expect(all).toEqual([])
    console.log(await house.db('invitations').select('email','status','send_count'), await house.db('activity').select('action').count({n:'*'}).groupBy('action'))
  })
})
