import { beforeAll, expect, test } from 'vitest'
import { caller, keyOf, problem } from '../support/api.ts'
import { atOnce } from '../support/crowd.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

const ROUNDS = 8

let house: TestHouse
let keys: ReturnType<typeof caller>[]
let acme: number

beforeAll(async () => {
  house = await startHouse()
  keys = [caller(house, await keyOf(house)), caller(house, await keyOf(house, { name: 'Other' }))]
  acme = (await house.clientNamed('Acme Hosting')).id
})

const path = () => `/clients/${acme}/invitations`

test('two keys invite the same address at once: one is pending, the later link in place of the earlier', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const email = `race${round}@example.com`
    const answers = await atOnce(
      keys.map((call, nth) => async () => {
        const permissions = nth === 0 ? ['tickets'] : ['invoices']
        return (await call('POST', path(), { email, permissions })).status
      }),
    )
    expect(answers).toEqual([201, 201])
    const rows = await house.db('invitations').where({ email })
    expect(rows).toHaveLength(1)
    expect([rows[0].status, rows[0].send_count]).toEqual(['pending', 2])
    const told = await house.db('activity').where({ client_id: acme }).orderBy('id', 'desc').limit(2)
    expect(told.map(({ action }) => action).sort()).toEqual(['invite.replaced', 'invite.sent'])
    const last = JSON.parse(told[0].detail) as { permissions: string }
    expect(rows[0].permissions).toBe(last.permissions)
  }
})

test('one key sends the same call twice at once: one invitation, one mail', async () => {
  const [call] = keys as [ReturnType<typeof caller>]
  for (let round = 0; round < ROUNDS; round++) {
    const email = `once${round}@example.com`
    const again = () =>
      call('POST', path(), { email, permissions: ['tickets'] }, { 'Idempotency-Key': `once-${round}` })
    const answers = await atOnce([again, again])
    const statuses = answers.map((one) => one.status).sort()
    expect([201, 409]).toContain(statuses[1])
    expect(statuses[0]).toBe(201)
    for (const { status, body } of answers)
      if (status === 409) expect(body.type).toBe(problem('api.inProgress'))
    const [row] = await house.db('invitations').where({ email })
    expect(row.send_count).toBe(1)
    expect(await house.db('emails').where({ to_address: email })).toHaveLength(1)
  }
})

test('cancelled and sent again at once: one of the two, and the row says which', async () => {
  const [one, other] = keys as [ReturnType<typeof caller>, ReturnType<typeof caller>]
  for (let round = 0; round < ROUNDS; round++) {
    const { body } = await one('POST', path(), {
      email: `both${round}@example.com`,
      permissions: ['tickets'],
    })
    const [cancelled, resent] = await atOnce([
      () => one('POST', `${path()}/${body.id}/cancel`),
      () => other('POST', `${path()}/${body.id}/resend`),
    ])
    const row = await house.db('invitations').where({ id: body.id }).first()
    // Sent again first, it is cancelled after that; cancelled first, it is not sent again.
    expect(cancelled?.status).toBe(200)
    expect([200, 409]).toContain(resent?.status)
    expect([row.status, row.send_count]).toEqual(['cancelled', resent?.status === 200 ? 2 : 1])
  }
})

test('one key sends the same batch twice at once: each address has one mail', async () => {
  const [call] = keys as [ReturnType<typeof caller>]
  for (let round = 0; round < ROUNDS; round++) {
    const emails = ['a', 'b', 'c'].map((name) => `${name}${round}@example.com`)
    const again = () =>
      call(...(['POST', `${path()}/batch`, { emails, permissions: ['tickets'] }] as const), {
        'Idempotency-Key': `batch-${round}`,
      })
    const statuses = (await atOnce([again, again])).map(({ status }) => status).sort()
    expect([200, 409]).toContain(statuses[1])
    expect(statuses[0]).toBe(200)
    for (const email of emails) {
      expect((await house.db('invitations').where({ email }).first()).send_count).toBe(1)
      expect(await house.db('emails').where({ to_address: email })).toHaveLength(1)
    }
  }
})

test('two keys send batches of the same addresses at once: each is pending once', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const emails = ['d', 'e', 'f'].map((name) => `${name}${round}@example.com`)
    const answers = await atOnce(
      keys.map((call, nth) => () => {
        const order = nth === 0 ? emails : [...emails].reverse()
        return call('POST', `${path()}/batch`, { emails: order, permissions: ['tickets'] })
      }),
    )
    for (const { status, body } of answers) expect([status, body.invited]).toEqual([200, 3])
    const rows = await house.db('invitations').whereIn('email', emails)
    expect(rows.map(({ status, send_count }) => `${status} ${send_count}`)).toEqual(
      Array(3).fill('pending 2'),
    )
  }
})
