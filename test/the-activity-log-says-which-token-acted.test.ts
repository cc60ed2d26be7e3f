import { beforeAll, describe, expect, test } from 'vitest'
import { macOfEntry } from '../src/domain/activity-macs.ts'
import { caller, keyOf, tokenOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const WHO = 'Bob Brown with the token “Nightly backup”'

describe('the activity log says which personal token acted', () => {
  let house: TestHouse
  let bakery: number
  const entry = () => house.db('activity').where({ action: 'client.edited' }).orderBy('id', 'desc').first()

  beforeAll(async () => {
    house = await startHouse()
    bakery = (await house.clientNamed('Brown Bakery')).id
    const bob = caller(house, await tokenOf(house, 'bob@example.com', 'Nightly backup'))
    const edit = { 'If-Match': '*' }
    expect((await bob('PATCH', `/clients/${bakery}`, { city: 'Rome' }, edit)).status).toBe(200)
  })

  test('on the pages: to admins, to the owner, and to the user', async () => {
    const [ada, bob] = [await house.admin(), await house.user('bob', 'Brown Bakery')]
    for (const [visitor, url] of [
      [ada, '/admin/activity'],
      [ada, `/admin/clients/${bakery}/activity`],
      [bob, '/account/activity'],
      [bob, '/user/activity'],
    ] as const) {
      await visitor.visit(url)
      expect(visitor.text, url).toContain(`${WHO} edited`)
    }
    await ada.visit('/admin/activity?text=nightly')
    expect(ada.text).toContain(WHO)
    expect(ada.$('#log').text()).not.toContain('byToken')
  })

  test('in the file, in a column of its own', async () => {
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${bakery}/activity.csv?action=client.edited`)
    const [, line = ''] = ada.html.split('\r\n')
    expect(line.endsWith(',"Nightly backup"')).toBe(true)
    expect(line).toContain(`"${WHO} edited`)
    expect(line).not.toContain('byToken')
  })

  test('in the API; a key, or the user on a page, is no token', async () => {
    const robot = caller(house, await keyOf(house))
    const latest = async () => (await robot('GET', `/clients/${bakery}/activity?limit=1`)).body.items[0]
    expect(await latest()).toMatchObject({
      ...{ actor: { kind: 'user', id: 2, name: 'Bob Brown' }, token: 'Nightly backup' },
    })
    expect((await latest())?.detail).toEqual({ before: { city: '' }, after: { city: 'Rome' } })
    await robot('PATCH', `/clients/${bakery}`, { city: 'Bonn' }, { 'If-Match': '*' })
    expect(await latest()).toMatchObject({ actor: { kind: 'credential', name: 'Robot' }, token: null })
  })

  test('it is signed: one that names another token is noticed', async () => {
    const [key = ''] = house.config.activityKeys
    const row = await house.db('activity').where('detail', 'like', '%Nightly backup%').first()
    expect(macOfEntry(row, key)).toBe(row.mac)
    const other = row.detail.replace('Nightly backup', 'Another')
    expect(macOfEntry({ ...row, detail: other }, key)).not.toBe(row.mac)
    expect((await entry()).detail).not.toContain('byToken')
  })
})
