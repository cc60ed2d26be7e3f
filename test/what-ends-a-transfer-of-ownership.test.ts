import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { jobs } from '../src/jobs.ts'
import { moveClock } from '../src/platform/clock.ts'
import { actAs, anotherAdmin } from './support/acting.ts'
import { typedProof } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { accept, latestTransfer, letIn, offerTo } from './support/transfers.ts'
import type { Visitor } from './support/visitor.ts'

const PASSWORD = 'open-sesame-42'

describe('H10 what takes the ground of a transfer away ends it', () => {
  let house: TestHouse
  let ada: Visitor
  let alice: Visitor
  let bob: Visitor
  let acme: { id: number }
  const people: Record<string, number> = {}

  beforeAll(async () => {
    house = await startHouse({
      hooks: {
        'ask.js': `export default (addHook) => addHook('PreOwnerChange', 1, ({ client }) =>
          client.name === 'Chen Labs' ? 'Chen Labs stays where it is.' : undefined)`,
      },
    })
    ada = await house.admin()
    bob = await house.user('bob')
    acme = await house.clientNamed('Acme Hosting')
    await letIn(house, 'Acme Hosting', 'carol')
    await house.user('carol')
    for (const { id, first_name } of await house.db('users')) people[first_name] = id
    alice = await house.user('alice', 'Acme Hosting')
  })

  const reset = async () => {
    await house.db('ownership_transfers').delete()
    await house.db('clients').where({ id: acme.id }).update({ owner_id: people.Alice, status: 'active' })
  }
  beforeEach(reset)

  const offered = async () => {
    await offerTo(alice, 'Bob Brown')
    expect(alice.told).toContain('We told Bob Brown by email.')
    return (await latestTransfer(house)).id as number
  }
  const ended = async (how: string) => {
    const row = await latestTransfer(house)
    expect([row.status, row.open_client_id, row.ended_at === null]).toEqual([how, null, false])
    const event = await house
      .db('hook_events')
      .where({ name: 'OwnershipTransferEnded' })
      .orderBy('id', 'desc')
      .first()
    expect(JSON.parse(event.payload)).toMatchObject({
      how,
      owner: { id: people.Alice },
      user: { id: people.Bob },
      client: { id: acme.id },
    })
  }
  const refused = async (id: number, sentence: string) => {
    await bob.post(`/user/transfers/${id}/accept`, { current_password: PASSWORD })
    expect([bob.status, bob.text.includes(sentence)]).toEqual([422, true])
  }

  test('Make Owner', async () => {
    const id = await offered()
    await ada.post(`/admin/clients/${acme.id}/users/${people.Carol}`, { make_owner: '1' })
    await ended('cancelled')
    await refused(id, 'This offer does not hold any more.')
  })

  test('the client closed, and opening it again brings nothing back', async () => {
    const id = await offered()
    await ada.post(`/admin/clients/${acme.id}/close`)
    await ended('cancelled')
    await refused(id, 'This offer does not hold any more.')
    await ada.post(`/admin/clients/${acme.id}/reopen`)
    await refused(id, 'This offer does not hold any more.')
  })

  test('his access removed; that of somebody else leaves it alone', async () => {
    const id = await offered()
    await alice.post(`/account/users/${people.Carol}/remove`)
    expect((await latestTransfer(house)).status).toBe('pending')
    await letIn(house, 'Acme Hosting', 'carol')
    await alice.post(`/account/users/${people.Bob}/remove`)
    await ended('cancelled')
    await letIn(house, 'Acme Hosting', 'bob')
    await refused(id, 'This offer does not hold any more.')
  })

  test('his access suspended; resuming it brings nothing back', async () => {
    await offered()
    await ada.post(`/admin/clients/${acme.id}/users/${people.Bob}/suspend`)
    await ended('cancelled')
    await ada.post(`/admin/clients/${acme.id}/users/${people.Bob}/resume`)
    expect((await latestTransfer(house)).status).toBe('cancelled')
  })

  test('his access that came to its end, and his leaving', async () => {
    await offered()
    const pair = { client_id: acme.id, user_id: people.Bob }
    await house.db('associations').where(pair).update({ ends_at: '2026-01-01T00:00:00.000Z' })
    await jobs.find(({ name }) => name === 'end-access')?.run(house.db)
    await ended('cancelled')
    await letIn(house, 'Acme Hosting', 'bob')
    await offered()
    await bob.post(`/user/accounts/${acme.id}/leave`)
    expect(bob.status).toBe(200)
    await ended('cancelled')
    await letIn(house, 'Acme Hosting', 'bob')
  })

  test('seven days: over without the job, which writes it down once and tells her', async () => {
    const id = await offered()
    moveClock(7 * 24 * 60 + 1)
    alice = await house.user('alice', 'Acme Hosting')
    bob = await house.user('bob')
    await bob.visit('/user/accounts')
    expect(bob.text).not.toContain('wants to hand')
    await refused(id, 'This offer does not hold any more.')
    expect((await latestTransfer(house)).status).toBe('pending')
    const run = () => jobs.find(({ name }) => name === 'expire-transfers')?.run(house.db)
    expect([await run(), await run()]).toEqual([1, 0])
    await ended('expired')
    const [mail] = (await house.mailTo('alice@example.com')).filter(
      ({ subject }) => !/New login/.test(subject),
    )
    expect(mail?.subject).toBe('The offer of Acme Hosting ran out')
  })

  test('one past its time is written down by the next offer', async () => {
    await offered()
    await house.db('ownership_transfers').update({ expires_at: '2026-01-01T00:00:00.000Z' })
    await offerTo(alice, 'Carol Chen')
    const rows = await house.db('ownership_transfers').orderBy('id')
    expect(rows.map(({ status }) => status)).toEqual(['expired', 'pending'])
  })

  test('an owner whose login is disabled hands nothing over; nor does a suspended user take it', async () => {
    const id = await offered()
    await house.db('users').where({ id: people.Alice }).update({ status: 'disabled' })
    await refused(id, 'This offer does not hold any more.')
    await house.db('users').where({ id: people.Alice }).update({ status: 'active' })
    const pair = { client_id: acme.id, user_id: people.Bob }
    await house.db('associations').where(pair).update({ suspended_at: '2026-01-01T00:00:00.000Z' })
    await bob.post(`/user/transfers/${id}/accept`, { current_password: PASSWORD })
    expect(bob.status).toBe(422)
    await ada.post(`/admin/clients/${acme.id}/users/${people.Bob}`, { make_owner: '1' })
    expect([ada.status, (await house.clientNamed('Acme Hosting')).owner_id]).toEqual([422, people.Alice])
    await house.db('associations').where(pair).update({ suspended_at: null })
    await house.db('clients').where({ id: acme.id }).update({ require_factor: 1 })
    await refused(id, 'This account needs two-factor.')
    await house.db('clients').where({ id: acme.id }).update({ require_factor: 0 })
  })

  test('H6 whoever has an unverified address by then verifies it first', async () => {
    const id = await offered()
    const [{ email_verified_at }] = await house.db('users').where({ id: people.Bob })
    await house.db('users').where({ id: people.Bob }).update({ email_verified_at: null })
    await refused(id, 'Verify your email address first.')
    expect((await latestTransfer(house)).status).toBe('pending')
    await house.db('users').where({ id: people.Bob }).update({ email_verified_at })
  })

  test('becoming owner clears the end of access', async () => {
    const id = await offered()
    const pair = { client_id: acme.id, user_id: people.Bob }
    await house.db('associations').where(pair).update({ ends_at: '2099-01-01T00:00:00.000Z' })
    await accept(bob, id)
    expect(bob.told).toBe('You now own Acme Hosting.')
    expect((await house.db('associations').where(pair).first()).ends_at).toBeNull()
  })

  test('an admin sees it and stops it, with the right for it; of another client it is not there', async () => {
    const id = await offered()
    await ada.visit(`/admin/clients/${acme.id}/users`)
    expect(ada.text).toContain('Alice Ames offered Acme Hosting to Bob Brown.')
    const other = await house.clientNamed('Brown Bakery')
    expect((await ada.visit(`/admin/clients/${other.id}/transfers/${id}/stop`)).status).toBe(404)
    const sam = await anotherAdmin(house, 'sam', 'support')
    await sam.visit(`/admin/clients/${acme.id}/users`)
    expect(sam.text).toContain('Pending transfer')
    expect(sam.text).not.toContain('Stop transfer')
    await sam.post(`/admin/clients/${acme.id}/transfers/${id}/stop`)
    expect(sam.status).toBe(403)
    await ada.visit(`/admin/clients/${acme.id}/users`)
    await ada.follow('Stop transfer')
    await ada.press('Stop transfer')
    expect(ada.told).toBe('The transfer is stopped. Both were told by email.')
    await ended('cancelled')
    await ada.post(`/admin/clients/${acme.id}/transfers/${id}/stop`)
    expect(ada.status).toBe(422)
  })

  test('H7 an admin who acts as one of them does none of it', async () => {
    const id = await offered()
    const asAlice = await actAs(house, await house.admin(), 'alice')
    await asAlice.visit('/user/accounts')
    for (const url of ['/account/ownership', '/account/ownership/cancel']) {
      await asAlice.post(url, { user_id: people.Bob, current_password: PASSWORD })
      expect(asAlice.status).toBe(403)
    }
    const asBob = await actAs(house, await house.admin(), 'bob')
    await asBob.visit(`/user/transfers/${id}`)
    expect([asBob.status, asBob.$('form[action*="/transfers/"]').length]).toEqual([200, 0])
    for (const step of ['accept', 'decline']) {
      await asBob.post(`/user/transfers/${id}/${step}`, { current_password: PASSWORD })
      expect(asBob.status).toBe(403)
    }
    expect((await latestTransfer(house)).status).toBe('pending')
  })

  test('PreOwnerChange is asked when it is offered, and when it is accepted', async () => {
    await letIn(house, 'Chen Labs', 'bob')
    const carol = await house.user('carol', 'Chen Labs')
    await offerTo(carol, 'Bob Brown')
    expect([carol.status, carol.text.includes('Chen Labs stays where it is.')]).toEqual([422, true])
    expect(await house.db('ownership_transfers')).toEqual([])
    const id = await offered()
    await house.db('clients').where({ id: acme.id }).update({ company_name: 'Chen Labs' })
    await refused(id, 'Chen Labs stays where it is.')
    await house.db('clients').where({ id: acme.id }).update({ company_name: 'Acme Hosting' })
  })

  test('merging his login into another', async () => {
    const id = await offered()
    await ada.visit(`/admin/users/${people.Carol}/merge?preview=1&other=${people.Bob}`)
    await ada.press('Merge the logins', typedProof)
    await ended('cancelled')
    expect((await house.db('ownership_transfers').where({ id }).first()).status).toBe('cancelled')
  })

  test('a stolen login comes back: what was offered in its name is over', async () => {
    await offerTo(alice, 'Carol Chen')
    await alice.visit('/user/profile')
    const proof = { 'New email address': 'alice@evil.test', 'Current password': PASSWORD }
    await alice.press('Change address', proof)
    await alice.visit(await house.linkTo('alice@evil.test'))
    await alice.press('Confirm')
    const mails = await house.mailTo('alice@example.com')
    const [link] = mails.flatMap(({ text }) => text.match(/\/user\/email\/back\/\S+/) ?? [])
    const owner = await house.visitor().visit(String(link))
    await owner.press('Take it back')
    expect(owner.status).toBe(200)
    expect((await latestTransfer(house)).status).toBe('cancelled')
  })
})
