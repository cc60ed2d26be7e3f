import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { typedProof } from './support/admins.ts'
import { caller, tokenOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'

describe('personal tokens end with the login, and are told with everything else that is kept', () => {
  let house: TestHouse
  const rowOf = (email: string) => house.db('users').where({ email }).first()
  const works = async (secret: string) => (await caller(house, secret)('GET', '/clients')).status

  beforeAll(async () => {
    house = await startHouse()
  })

  test('H19 the way back after a stolen login ends them all, also those made before the address was changed', async () => {
    const thief = await house.user('bob')
    await thief.visit('/user/tokens')
    await thief.press('Make token', { Name: 'Innocent', 'Your password': PASSWORD })
    const secret = /latchkey_token_[\w-]{43}/.exec(thief.text)?.[0] ?? ''
    await thief.visit('/user/profile')
    await thief.press('Change address', {
      'New email address': 'bob@evil.test',
      'Current password': PASSWORD,
    })
    await thief.visit(await house.linkTo('bob@evil.test'))
    await thief.press('Confirm')
    expect(await works(secret)).toBe(200)
    const mails = await house.mailTo('bob@example.com')
    const [link] = mails.flatMap(({ text }) => text.match(/\/user\/email\/back\/\S+/) ?? [])
    const owner = house.visitor()
    await owner.visit(String(link))
    await owner.press('Take it back')
    expect(await works(secret)).toBe(401)
  })

  test('the mail of a new password says that they go on working, where there are any', async () => {
    const carol = await house.user('carol')
    const secret = await tokenOf(house, 'carol@example.com')
    const change = async (password: string, current: string) => {
      await carol.visit('/user/password')
      await carol.press('Change password', { 'Current password': current, 'New password': password })
      const mails = await house.mailTo('carol@example.com')
      const changed = mails.filter(({ text }) => text.includes('The password of your login was changed'))
      return changed.map(({ text }) => text.includes('personal tokens of your login'))
    }
    expect(await change('a long sentence of mine', PASSWORD)).toEqual([true])
    expect(await works(secret)).toBe(200)
    await house.db('api_credentials').update({ revoked_at: '2026-01-01T00:00:00.000Z' })
    expect((await change('another long sentence', 'a long sentence of mine')).sort()).toEqual([false, true])
  })

  test('the data of a user lists them, without anything that opens the API', async () => {
    await tokenOf(house, 'alice@example.com', 'Backup script')
    const { id } = await rowOf('alice@example.com')
    const { secret_hash } = await house.db('api_credentials').where({ user_id: id }).first()
    const ada = await house.admin()
    await ada.post(`/admin/users/${id}/export`)
    expect(JSON.parse(ada.html).personalTokens).toMatchObject([{ name: 'Backup script', last_used_at: null }])
    expect(ada.html).not.toContain(secret_hash)
  })

  test('a deleted login keeps none, nor what they were answered', async () => {
    const { id: _, ...alice } = await rowOf('alice@example.com')
    await house.db('users').insert({ ...alice, email: 'dora@example.com' })
    const { id } = await rowOf('dora@example.com')
    const secret = await tokenOf(house, 'dora@example.com', 'Dora’s')
    const body = { first_name: 'Dora', last_name: 'Diaz', email: 'dora@example.com' }
    const call = caller(house, secret)
    const made = await call('POST', '/clients', body, { 'Idempotency-Key': 'once' })
    expect(made.status).toBe(201)
    await house.db('associations').where({ user_id: id }).delete()
    const { id: other } = await rowOf('alice@example.com')
    await house.db('clients').where({ owner_id: id }).update({ owner_id: other })
    await house.db('associations').insert({
      ...(await house.db('associations').where({ user_id: other }).first()),
      client_id: made.body.id,
    })
    const ada = await house.admin()
    await ada.visit(`/admin/users/${id}`)
    await ada.follow('Delete')
    await ada.press('Delete', typedProof)
    expect((await house.db('users').where({ id }).first()).status).toBe('deleted')
    expect(await works(secret)).toBe(401)
    const left = await house.db('api_credentials').where({ user_id: id })
    expect(left).toMatchObject([{ name: '', last_used_at: null, last_used_ip: '' }])
    expect(await house.db('idempotency_keys')).toEqual([])
    const actions = await house.db('activity').where({ user_id: id }).pluck('action')
    expect(actions).toEqual(expect.arrayContaining(['token.made', 'token.revoked']))
  })
})
