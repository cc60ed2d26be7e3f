import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import { proof, typedProof } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { idsOf, lookAtMerge } from './support/merging.ts'
import type { Visitor } from './support/visitor.ts'

describe('what admins do for whoever stole a login', () => {
  let house: TestHouse
  let ada: Visitor
  let ids: Awaited<ReturnType<typeof idsOf>>

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    ids = await idsOf(house)
    const thief = await house.user('carol')
    await thief.visit('/user/profile')
    await thief.press('Change address', {
      'New email address': 'thief@example.net',
      'Current password': PASSWORD,
    })
    await thief.visit(await house.linkTo('thief@example.net'))
    await thief.press('Confirm')
  })

  test('H15, H19 while the change of its address can be taken back, it goes into no other login', async () => {
    await lookAtMerge(ada, ids)
    expect([ada.status, ada.told]).toEqual([
      422,
      expect.stringContaining('The email address of Carol Chen was changed less than 72 hours ago'),
    ])
    await ada.post(`/admin/users/${ids.bob}/merge`, { ...proof, other: ids.carol, keep: 'this', seen: 'x' })
    expect(ada.status).toBe(422)
    await lookAtMerge(ada, ids, { keep: 'other' })
    expect(ada.title, 'it may stay').toContain('Merge bob@example.com into')
    moveClock(72 * 60 + 1)
    await lookAtMerge(ada, ids)
    expect(ada.title).toContain('into bob@example.com')
    moveClock(-72 * 60 - 1)
  })

  test('H19 when an admin gives it another address, the owner at the old one is told, too', async () => {
    await ada.visit(`/admin/users/${ids.carol}`)
    await ada.press('Change address', { 'New email address': 'thief@example.org', ...typedProof })
    expect(ada.told).toBe('The address of Carol Chen is changed.')
    for (const to of ['thief@example.net', 'carol@example.com'])
      expect((await house.mailTo(to))[0]?.subject).toBe('We changed the email address of your login')
  })
})
