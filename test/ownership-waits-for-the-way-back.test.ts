import { beforeEach, describe, expect, test } from 'vitest'
import { examine } from '../src/domain/doctor.ts'
import { inMinutes, moveClock, timestamp } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { accept, latestTransfer, offerTo } from './support/transfers.ts'
import type { Visitor } from './support/visitor.ts'

// Whoever steals a login changes its address first; for 72 hours that can be taken back, and ownership cannot.
describe('H19 ownership waits until an address can no longer be taken back', () => {
  let house: TestHouse
  let alice: Visitor
  let bob: Visitor
  let acme: { id: number; owner_id: number }

  beforeEach(async () => {
    moveClock(0)
    house = await startHouse()
    bob = await house.user('bob', 'Acme Hosting')
    alice = await house.user('alice', 'Acme Hosting')
    acme = await house.clientNamed('Acme Hosting')
  })

  const owner = async () => (await house.clientNamed('Acme Hosting')).owner_id

  /** As if that login's address had been changed and confirmed just now. */
  async function changed(name: string) {
    const email = `${name}@example.com`
    const { id } = await house.db('users').where({ email }).first('id')
    await house.db('email_changes').insert({
      ...{ user_id: id, old_email: `old-${email}`, new_email: email, nonce: 'a', back_nonce: 'b' },
      ...{ old_verified_at: timestamp(), expires_at: timestamp(), created_at: timestamp() },
      ...{ confirmed_at: timestamp(), back_until: inMinutes(72 * 60) },
    })
    return id
  }

  test('the owner offers nothing until then, with a sentence; afterwards as ever', async () => {
    await changed('alice')
    await offerTo(alice, 'Bob Brown')
    expect([alice.status, alice.told]).toEqual([422, expect.stringContaining('changed lately')])
    expect(alice.$('input[type=radio]').attr('checked'), 'kept').toBeDefined()
    expect(await latestTransfer(house)).toBeUndefined()
    moveClock(73 * 60)
    alice = await house.user('alice', 'Acme Hosting')
    await offerTo(alice, 'Bob Brown')
    expect(alice.told).toContain('Bob Brown')
    expect(await latestTransfer(house)).toMatchObject({ status: 'pending' })
  })

  test('what was offered before is not accepted meanwhile, on neither side, and still stands later', async () => {
    await offerTo(alice, 'Bob Brown')
    const { id } = await latestTransfer(house)
    const aliceId = await changed('alice')
    await accept(bob, id)
    expect([bob.status, bob.told]).toEqual([
      422,
      expect.stringContaining('address of Alice Ames was changed'),
    ])
    await house.db('email_changes').where({ user_id: aliceId }).update({ ended_at: timestamp() })
    await changed('bob')
    await accept(bob, id)
    expect([bob.status, bob.told]).toEqual([422, expect.stringContaining('Your email address was changed')])
    expect([await owner(), (await latestTransfer(house)).status]).toEqual([acme.owner_id, 'pending'])
    moveClock(73 * 60)
    bob = await house.user('bob', 'Acme Hosting')
    await accept(bob, id)
    expect((await latestTransfer(house)).status).toBe('accepted')
    expect(await owner()).not.toBe(acme.owner_id)
    for await (const one of examine(house.db, { pauseMs: 1 })) expect(one).toBeUndefined()
  })

  test('a change that was only asked for, or taken back, stands in nobody’s way', async () => {
    const id = await changed('alice')
    await house.db('email_changes').where({ user_id: id }).update({ confirmed_at: null, back_until: null })
    await offerTo(alice, 'Bob Brown')
    expect(await latestTransfer(house)).toMatchObject({ status: 'pending' })
  })
})
