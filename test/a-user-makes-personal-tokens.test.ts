import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { caller } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('a user makes personal tokens', () => {
  let house: TestHouse
  let bob: Visitor
  let secret: string
  const make = async (name: string) => {
    await bob.visit('/user/tokens')
    await bob.press('Make token', { Name: name, 'Your password': PASSWORD })
    return /latchkey_token_[\w-]{43}/.exec(bob.text)?.[0] ?? ''
  }
  const works = async (token: string) => (await caller(house, token)('GET', '/clients')).status

  beforeAll(async () => {
    house = await startHouse()
    bob = await house.user('bob')
  })

  test('with the password alone; it is shown once, works, and is told by mail', async () => {
    await bob.visit('/user/tokens')
    await bob.press('Make token', { Name: 'Backup', 'Your password': 'not mine' })
    expect([bob.status, await house.db('api_credentials')]).toEqual([422, []])
    secret = await make('Backup')
    expect(await works(secret)).toBe(200)
    const [mail] = await house.mailTo('bob@example.com')
    expect(mail?.text).toContain('The token “Backup” was made.')
    expect(mail?.text).not.toContain(secret)
    await bob.visit('/user/tokens')
    expect(bob.text).toContain('Backup')
    expect(bob.text).not.toContain(secret)
  })

  test('another user can neither see nor revoke it', async () => {
    const { id } = await house.db('api_credentials').first()
    const carol = await house.user('carol')
    for (const ask of [carol.visit(`/user/tokens/${id}/revoke`), carol.post(`/user/tokens/${id}/revoke`)])
      expect((await ask).status).toBe(404)
    expect(await works(secret)).toBe(200)
  })

  test('revoked it is worth nothing, and a second click finds nothing', async () => {
    await bob.visit('/user/tokens')
    await bob.press('Revoke')
    expect(bob.told).toContain('The token is revoked.')
    expect(await works(secret)).toBe(401)
    const { id } = await house.db('api_credentials').first()
    await bob.post(`/user/tokens/${id}/revoke`)
    expect(bob.status).toBe(404)
  })

  test('it ends when the login is disabled, and does not come back with it', async () => {
    const token = await make('Second')
    const ada = await house.admin()
    const { id } = await house.db('users').where({ email: 'bob@example.com' }).first()
    for (const step of ['disable', 'enable']) await ada.post(`/admin/users/${id}/${step}`)
    expect((await house.db('users').where({ id }).first()).status).toBe('active')
    expect(await works(token)).toBe(401)
  })

  test('H7: an admin who acts as the user makes and revokes none', async () => {
    bob = await house.user('bob')
    const token = await make('Third')
    const { id } = await house.db('api_credentials').orderBy('id', 'desc').first()
    const ada = await house.admin()
    const { id: userId } = await house.db('users').where({ email: 'bob@example.com' }).first()
    await ada.visit(`/admin/users/${userId}/act-as`)
    await ada.post(`/admin/users/${userId}/act-as`, { current_password: PASSWORD })
    for (const url of ['/user/tokens', `/user/tokens/${id}/revoke`])
      expect((await ada.post(url, { name: 'x', days: '0', current_password: PASSWORD })).status).toBe(403)
    expect(await works(token)).toBe(200)
  })
})
