import { beforeAll, describe, expect, test } from 'vitest'
import { keyOf } from './support/api.ts'
import { type Query, queriesOf } from './support/asked-queries.ts'
import { onMariadb } from './support/databases.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { type Fields, no, whmcsCaller } from './support/whmcs.ts'

interface Step {
  parent: number
  detail: string
}

const tooDeep = (most: string) =>
  no(
    `limitstart goes no further than ${most} here. Ask for less, or by /api/v1: its lists go on behind a row, however long they are.`,
  )

describe('a program of WHMCS walks lists by number', () => {
  let house: TestHouse
  let call: ReturnType<typeof whmcsCaller>

  beforeAll(async () => {
    house = await startHouse()
    call = whmcsCaller(house, await keyOf(house))
    await call('AddContact', {
      ...{ clientid: 1, firstname: 'Nia', lastname: 'Books', email: 'nia@example.com' },
    })
  })

  test.each(['asc', 'desc'])('from the first to the last, each once: %s', async (sorting) => {
    const all = await call('GetUsers', { sorting })
    const seen: unknown[] = []
    for (let limitstart = 0; limitstart < all.totalresults; limitstart += 2)
      seen.push(...(await call('GetUsers', { limitstart, limitnum: 2, sorting })).users)
    expect(seen).toEqual(all.users)
    const ids = all.users.map(({ id }: { id: number }) => id)
    expect(ids).toEqual([...ids].sort((a, b) => (sorting === 'asc' ? a - b : b - a)))
  })

  test('invitations as well; a number that is none counts as not sent', async () => {
    const of = { client_id: 1 }
    for (const email of ['ann@example.com', 'ben@example.com', 'cy@example.com'])
      await call('CreateClientInvite', { ...of, email, permissions: 'tickets' })
    const all = await call('GetClientInvites', of)
    expect(all).toMatchObject({ totalresults: 3, startnumber: 0, numreturned: 3 })
    const walked: unknown[] = []
    for (let limitstart = 0; limitstart < all.totalresults; limitstart += 2) {
      const some = await call('GetClientInvites', { ...of, limitstart, limitnum: 2 })
      expect(some).toMatchObject({ totalresults: 3, startnumber: limitstart })
      walked.push(...some.invites.invite)
    }
    expect(walked).toEqual(all.invites.invite)
    for (const odd of ['-1', 'x', '2.5'])
      expect(await call('GetClientInvites', { ...of, limitstart: odd, limitnum: odd })).toEqual(all)
    const beyond = await call('GetClientInvites', { ...of, limitstart: '9'.repeat(400) })
    expect(beyond).toMatchObject({ totalresults: 3, numreturned: 0 })
  })

  test.each<[string, Fields, number, string]>([
    ['GetUsers', {}, 1_000_000, '1,000,000'],
    ['GetClients', { status: 'Active' }, 1_000_000, '1,000,000'],
    ['GetContacts', {}, 1_000_000, '1,000,000'],
    ['GetUsers', { search: 'ali' }, 10_000, '10,000'],
    ['GetClients', { search: 'acme' }, 10_000, '10,000'],
    ['GetActivityLog', {}, 10_000, '10,000'],
  ])('%s %j so far, and beyond that a sentence says where to go', async (action, fields, most, said) => {
    expect(await call(action, { ...fields, limitstart: most })).toMatchObject({
      ...{ result: 'success', startnumber: most, numreturned: 0 },
    })
    for (const limitstart of [most + 1, '1000000000', '9'.repeat(400)])
      expect(await call(action, { ...fields, limitstart })).toEqual(tooDeep(said))
  })

  // MariaDB plans by how many there are: it is asked among the races.
  if (!onMariadb)
    test.each<[string, Fields]>([
      ['GetUsers', {}],
      ['GetUsers', { sorting: 'desc' }],
      ['GetClients', {}],
      ['GetClients', { status: 'active' }],
      ['GetContacts', {}],
      ['GetContacts', { firstname: 'Nia' }],
    ])(
      '%s %j: what is skipped is sorted by an index, and only its numbers are read',
      async (action, fields) => {
        const asked = await queriesOf(house, () => call(action, { ...fields, limitstart: 3 }))
        const [{ sql, bindings }, ...others] = asked.filter(({ sql }) => /offset/i.test(sql)) as [
          Query,
          ...Query[],
        ]
        expect(others).toEqual([])
        const plan: Step[] = await house.db.raw(`EXPLAIN QUERY PLAN ${sql}`, bindings as string[])
        const steps = plan.filter(({ parent }) => parent !== 0).map(({ detail }) => detail)
        expect(steps).toHaveLength(1)
        expect(steps[0]).toMatch(/^SCAN u$|USING COVERING INDEX/)
      },
    )
})
