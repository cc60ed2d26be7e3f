import { beforeAll, describe, expect, test } from 'vitest'
import { examine } from '../../src/domain/doctor.ts'
import { previewMerge } from '../../src/domain/merging-users.ts'
import { proof } from '../support/admins.ts'
import { atOnce, crowd } from '../support/crowd.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import type { Visitor } from '../support/visitor.ts'

const ROUNDS = 8

interface Guest {
  id: number
  email: string
  visitor: Visitor
}

let house: TestHouse
let ada: Visitor
let alice: Visitor
let acme: { id: number }

beforeAll(async () => {
  house = await startHouse()
  ada = await house.admin()
  alice = await house.user('alice', 'Acme Hosting')
  acme = await house.clientNamed('Acme Hosting')
})

async function guests(count: number, name: string): Promise<Guest[]> {
  const visitors = await crowd(house, count, name)
  const rows = await house.db('users').where('email', 'like', `${name}%`).orderBy('id')
  return rows.map(({ id, email }, nth) => ({ id, email, visitor: visitors[nth] as Visitor }))
}

const statusOf = async ({ id }: Guest) => (await house.db('users').where({ id }).first('status')).status
const accessOf = ({ id }: Guest) => house.db('associations').where({ user_id: id }).pluck('client_id')
const sessionsOf = ({ id }: Guest) => house.db('sessions').where({ user_id: id })
const post = async (who: Visitor, path: string, body = {}) => (await who.newTab().post(path, body)).status

const invite = async (email: string) => {
  await alice.post('/account/users/invite', { email })
  return house.linkTo(email)
}
const remove = ({ id }: Guest) => post(ada, `/admin/users/${id}/delete`, proof)

/** Merges as it is shown now. */
async function mergeOf(gone: Guest, kept: Guest) {
  const { seen } = await previewMerge(house.db, kept.id, gone.id)
  return () => post(ada, `/admin/users/${kept.id}/merge`, { ...proof, other: gone.id, keep: 'this', seen })
}
const associate = (guest: Guest) =>
  post(ada, `/admin/clients/${acme.id}/users/associate`, {
    user_id: guest.id,
    send_invite: 'no',
    permissions: 'tickets',
    confirmed: '1',
  })

/** Both in the same moment; which of them begins alternates. */
async function both(round: number, acts: [() => Promise<number>, () => Promise<number>]) {
  const answers = await atOnce(round % 2 ? acts : [...acts].reverse())
  expect(answers.filter((status) => status >= 500)).toEqual([])
}

const ways = {
  'accepting an invitation': async (guest: Guest) => {
    const link = await invite(guest.email)
    return () => post(guest.visitor, `${link}/accept`)
  },
  'being associated by an admin': async (guest: Guest) => () => associate(guest),
  'opening an account': async (guest: Guest) => () =>
    post(guest.visitor, '/user/accounts/new', {
      company_name: guest.email.split('@')[0],
      first_name: 'G',
      last_name: 'G',
      email: guest.email,
    }),
}

const WAYS = Object.keys(ways) as (keyof typeof ways)[]

describe('H15 a login ends while it gets access: one of the two, whole', () => {
  // Fails when takeUser writes nothing: then a deleted login has access.
  for (const way of WAYS)
    test(`deleting against ${way}`, async () => {
      const some = await guests(ROUNDS, `del-${WAYS.indexOf(way)}-`)
      const ends = new Set<string>()
      for (const [round, guest] of some.entries()) {
        const gains = await ways[way](guest)
        await both(round, [() => remove(guest), gains])
        const status = await statusOf(guest)
        ends.add(status)
        expect((await accessOf(guest)).length, status).toBe(status === 'deleted' ? 0 : 1)
        if (status === 'deleted') expect(await sessionsOf(guest)).toEqual([])
      }
      expect([...ends].every((status) => ['active', 'deleted'].includes(status))).toBe(true)
    })

  for (const way of WAYS)
    test(`merging against ${way}`, async () => {
      const name = `mrg-${WAYS.indexOf(way)}-`
      const [gone, kept] = [await guests(ROUNDS, name), await guests(ROUNDS, `${name}kept-`)]
      for (const [round, guest] of gone.entries()) {
        const stays = kept[round] as Guest
        const gains = await ways[way](guest)
        await both(round, [await mergeOf(guest, stays), gains])
        const status = await statusOf(guest)
        // Who got access first is no longer what the preview showed.
        expect([(await accessOf(guest)).length, (await accessOf(stays)).length], status).toEqual(
          status === 'merged' ? [0, 0] : [1, 0],
        )
      }
    })

  test('merging against Make Owner: the client has an owner who is there', async () => {
    const [gone, kept] = [await guests(ROUNDS, 'own-gone-'), await guests(ROUNDS, 'own-kept-')]
    const owner = async () => (await house.db('clients').where({ id: acme.id }).first('owner_id')).owner_id
    for (const [round, guest] of gone.entries()) {
      const stays = kept[round] as Guest
      await associate(guest)
      const url = `/admin/clients/${acme.id}/users/${guest.id}`
      await both(round, [await mergeOf(guest, stays), () => post(ada, url, { make_owner: '1' })])
      const status = await statusOf(guest)
      if (status === 'merged') expect([await accessOf(guest), await accessOf(stays)]).toEqual([[], [acme.id]])
      else expect([status, await owner()]).toEqual(['active', guest.id])
    }
    // Alice has it back for the tests that follow.
    await ada.post(`/admin/clients/${acme.id}/users/1`, { make_owner: '1' })
    expect(await owner()).toBe(1)
  })

  // Fails when mergeUsers reads the clients and does not take them: then it merges what is no longer so.
  test('H2 merging waits for whoever changes a client of theirs, and looks again after that', async () => {
    const [[gone], [kept]] = [await guests(1, 'wait-gone-'), await guests(1, 'wait-kept-')]
    if (!gone || !kept) throw new Error('nobody is here')
    await associate(gone)
    const merge = await mergeOf(gone, kept)
    const trx = await house.db.transaction()
    await trx('clients').where({ id: acme.id }).increment('access_version', 1)
    const answer = merge()
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await statusOf(gone)).toBe('active')
    await trx('associations')
      .where({ client_id: acme.id, user_id: gone.id })
      .update({ permissions: 'emails' })
    await trx.commit()
    expect([await answer, await statusOf(gone)]).toEqual([422, 'active'])
  })

  test('two merges at once, the same or the other way round: one is done', async () => {
    const [some, others] = [await guests(ROUNDS, 'two-a-'), await guests(ROUNDS, 'two-b-')]
    for (const [round, one] of some.entries()) {
      const other = others[round] as Guest
      await associate(one)
      const merges: [() => Promise<number>, () => Promise<number>] = [
        await mergeOf(one, other),
        await mergeOf(...((round < ROUNDS / 2 ? [other, one] : [one, other]) as [Guest, Guest])),
      ]
      await both(round, merges)
      expect([await statusOf(one), await statusOf(other)].sort()).toEqual(['active', 'merged'])
      expect([...(await accessOf(one)), ...(await accessOf(other))]).toEqual([acme.id])
      const entries = await house
        .db('activity')
        .where({ action: 'user.merged' })
        .whereIn('user_id', [one.id, other.id])
      expect(entries).toHaveLength(1)
    }
  })

  test('nothing is left that the doctor would find', async () => {
    const findings = []
    for await (const one of examine(house.db, { pauseMs: 1 })) findings.push(one)
    expect(findings).toEqual([])
  })
})
