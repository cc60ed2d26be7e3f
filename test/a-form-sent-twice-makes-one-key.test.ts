import { beforeAll, describe, expect, test } from 'vitest'
import { proof } from './support/admins.ts'
import { caller } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('a page with a new secret that is loaded again makes no second key', () => {
  let house: TestHouse
  const secretIn = ({ text }: Visitor) => /latchkey_(?:key|token)_[\w-]{43}/.exec(text)?.[0]
  const rows = () => house.db('api_credentials')
  const onceIn = (visitor: Visitor) => String(visitor.$('input[name=once]').val())

  beforeAll(async () => {
    house = await startHouse()
  })

  test('neither a token of a user nor a key of the host', async () => {
    for (const [visitor, url, fields] of [
      [await house.user('bob'), '/user/tokens', { name: 'Backup', days: '30' }],
      [await house.admin(), '/admin/api/new', { name: 'Robot', rights: 'list-clients' }],
    ] as const) {
      await visitor.visit(url)
      const sent = { ...fields, ...proof, once: onceIn(visitor) }
      await visitor.post(url, sent)
      const secret = secretIn(visitor) ?? ''
      const before = (await rows()).length
      await visitor.post(url, sent)
      expect([visitor.status, visitor.told]).toEqual([
        422,
        expect.stringContaining('This form was sent before'),
      ])
      expect([secretIn(visitor), (await rows()).length]).toEqual([undefined, before])
      expect((await caller(house, secret)('GET', '/clients')).status).toBe(200)
      expect(JSON.stringify(await rows())).not.toContain(sent.once)
      // The form that is shown now makes another.
      await visitor.post(url, { ...sent, once: onceIn(visitor) })
      expect(secretIn(visitor)).not.toBe(secret)
      expect((await rows()).length).toBe(before + 1)
    }
  })

  test('its address loaded again says that the secret was shown once, and what to do where it is lost', async () => {
    for (const [visitor, url, fields] of [
      [await house.user('bob'), '/user/tokens', { name: 'Nightly', days: '30' }],
      [await house.admin(), '/admin/api/new', { name: 'Nightly key', rights: 'list-clients' }],
    ] as const) {
      await visitor.visit(url)
      await visitor.post(url, { ...fields, ...proof, once: onceIn(visitor) })
      expect(secretIn(visitor)).toBeDefined()
      const said = `${fields.name} is made. Its secret was shown once and is not kept here: if it is lost, revoke this one`
      expect(visitor.text).not.toContain(said)
      await visitor.visit(url)
      expect([visitor.status, visitor.told, secretIn(visitor)]).toEqual([
        ...[200, expect.stringContaining(said), undefined],
      ])
      expect((await visitor.visit(url)).text, 'once').not.toContain(said)
    }
    const ada = await house.admin()
    await ada.visit('/admin/api')
    await ada.follow('Nightly key')
    expect(ada.text).toContain('If it is lost, revoke this key and make another.')
  })

  test('two clicks at once make one; the same text by somebody else makes theirs', async () => {
    const [bob, carol] = [await house.user('bob'), await house.user('carol')]
    const before = (await rows()).length
    const sent = { name: 'Twice', days: '30', ...proof, once: 'the same' }
    const twin = await house.user('bob')
    await Promise.all([bob.post('/user/tokens', sent), twin.post('/user/tokens', sent)])
    expect([bob.status, twin.status].sort()).toEqual([200, 422])
    await carol.post('/user/tokens', sent)
    expect(secretIn(carol)).not.toBe(secretIn(bob) ?? secretIn(twin))
    expect((await rows()).length).toBe(before + 2)
  })
})
