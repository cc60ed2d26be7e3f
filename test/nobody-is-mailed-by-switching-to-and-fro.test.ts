import { beforeEach, describe, expect, test } from 'vitest'
import { forgetLimits } from '../src/domain/limits.ts'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { latestTransfer, offerTo } from './support/transfers.ts'
import type { Visitor } from './support/visitor.ts'
import { setLimit } from './support/wide-limits.ts'

describe('nobody is mailed by switching something to and fro', () => {
  let house: TestHouse
  let alice: Visitor
  let acme: { id: number }
  let bobId: number

  beforeEach(async () => {
    moveClock(2 * 24 * 60)
    house = await startHouse()
    await house.user('bob')
    alice = await house.user('alice', 'Acme Hosting')
    acme = await house.clientNamed('Acme Hosting')
    bobId = (await house.db('users').where({ email: 'bob@example.com' }).first('id')).id
    await house.db('limits').delete()
    await forgetLimits(house.db, undefined)
  })

  const step = async (name: string) => {
    await alice.post(`/account/users/${bobId}/${name}`)
    return alice.status
  }
  const access = () => house.db('associations').where({ client_id: acme.id, user_id: bobId }).first()

  test('access is resumed so often in a day; suspending never waits, and refused ones count for nothing', async () => {
    await setLimit(house.db, 'resumesOfAccess', 2)
    for (let nth = 0; nth < 3; nth++) expect(await step('resume'), 'not suspended').toBe(422)
    for (let nth = 0; nth < 2; nth++) {
      expect(await step('suspend')).toBe(200)
      expect(await step('resume')).toBe(200)
    }
    expect(await step('suspend')).toBe(200)
    expect(await step('resume')).toBe(429)
    expect(alice.text).toContain('This access was resumed 2 times in a day.')
    expect((await access()).suspended_at).not.toBeNull()
    const carol = (await house.db('users').where({ email: 'carol@example.com' }).first('id')).id
    await house.db('associations').insert({ ...(await access()), user_id: carol, suspended_at: null })
    await alice.post(`/account/users/${carol}/suspend`)
    await alice.post(`/account/users/${carol}/resume`)
    expect(alice.status, 'another access').toBe(200)
    const ada = await house.admin()
    await ada.post(`/admin/clients/${acme.id}/users/${bobId}/resume`)
    expect([ada.status, (await access()).suspended_at], 'an admin helps out').toEqual([200, null])
  })

  test('one access is edited so often in a day; an admin helps out', async () => {
    await setLimit(house.db, 'editsOfAccess', 2)
    const edit = async (permissions: string[]) => {
      await alice.post(`/account/users/${bobId}/permissions`, { permissions })
      return alice.status
    }
    expect(await edit([]), 'a refused one counts for nothing').toBe(422)
    expect([await edit(['tickets']), await edit(['domains']), await edit(['tickets'])]).toEqual([
      200, 200, 429,
    ])
    expect(alice.text).toContain('This access was edited 2 times in a day.')
    expect((await access()).permissions).toBe('domains')
    const ada = await house.admin()
    await ada.post(`/admin/clients/${acme.id}/users/${bobId}`, { permissions: 'tickets' })
    expect([ada.status, (await access()).permissions]).toEqual([200, 'tickets'])
  })

  test('ownership is offered so often in a day, over all accounts', async () => {
    await setLimit(house.db, 'offersOfOwnership', 2)
    for (let nth = 0; nth < 2; nth++) {
      await offerTo(alice, 'Bob Brown')
      await alice.visit('/account/ownership')
      expect(await latestTransfer(house)).toMatchObject({ status: 'pending' })
      await alice.press('Cancel transfer')
      await offerTo(alice, 'Bob Brown', 'wrong')
    }
    await offerTo(alice, 'Bob Brown')
    expect(alice.status).toBe(429)
    expect(alice.text).toContain('Your limit of offers is reached: 2 a day.')
    expect(await house.db('ownership_transfers')).toHaveLength(2)
  })
})
