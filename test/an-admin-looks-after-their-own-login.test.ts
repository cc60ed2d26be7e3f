import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import { actAs, userIdOf } from './support/acting.ts'
import { adminNamed, loggedInAdmin } from './support/admins.ts'
import { setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const LONG = 'a long sentence of mine'

describe('an admin looks after their own login', () => {
  let house: TestHouse
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
  })

  const row = (name: string) => adminNamed(house.db, name)
  const make = (name: string, role: string) => loggedInAdmin(house, name, role)

  test('one’s own password takes the present one and ends the other devices; the name is one’s own, too', async () => {
    const zoe = await make('zoe', 'read-only')
    const other = await house.admin('zoe')
    const { visitor } = zoe
    await visitor.visit('/admin/password')
    await visitor.press('Set password', { 'Current password': 'not that one', 'New password': LONG })
    expect([visitor.status, visitor.told]).toEqual([422, 'That is not your current password.'])
    await visitor.press('Set password', { 'Current password': PASSWORD, 'New password': LONG })
    expect(visitor.told).toBe('Your new password is set. Other devices are logged out.')
    await other.visit('/admin')
    expect(other.path).toMatch(/^\/admin\/login/)
    await visitor.visit('/admin/profile')
    await visitor.press('Save', { Name: 'Zoë' })
    expect([visitor.told, (await row('zoe')).name]).toEqual(['Your profile is saved.', 'Zoë'])
  })

  test('a new password, a factor that comes, one that goes: each gives this session a new id', async () => {
    const { visitor } = await make('rita', 'support')
    const ids = new Set<string | undefined>()
    const expectRenewed = async () => {
      const id = visitor.cookie('admin_session')
      expect(ids).not.toContain(id)
      const withCopy = async (copy?: string) =>
        (await house.visitor().visit('/admin', { Cookie: `admin_session=${copy}` })).path
      for (const old of ids) expect(await withCopy(old)).toMatch(/^\/admin\/login/)
      expect(await withCopy(id)).toBe('/admin')
      ids.add(id)
    }
    await expectRenewed()
    const { recovery } = await setUpTwoFactor(visitor, '/admin')
    await expectRenewed()
    await visitor.visit('/admin/security')
    await visitor.press('Turn off', { 'Current password': PASSWORD, Code: recovery[0] ?? '' })
    await expectRenewed()
    await visitor.visit('/admin/password')
    await visitor.press('Set password', { 'Current password': PASSWORD, 'New password': LONG })
    await expectRenewed()
    expect(ids.size).toBe(4)
    await actAs(house, visitor, 'bob')
    await visitor.visit('/admin/password')
    await visitor.press('Set password', { 'Current password': LONG, 'New password': `${LONG}, too` })
    await expectRenewed()
    await visitor.visit('/clientarea')
    expect(visitor.$('.acting').text(), 'goes on acting').toContain('you act as Bob Brown')
    await ada.visit(`/admin/users/${await userIdOf(house, 'bob')}`)
    expect(ada.$('[aria-labelledby="sessions"]').text()).toContain('Admin rita, acting as this user')
  })

  test('where two-factor is demanded, an admin without reaches their own pages alone; who demands it has one', async () => {
    const form = { name: 'Latchkey', acceptBy: 'any', adminsNeedFactor: '1' }
    await ada.post('/admin/settings', form)
    expect([ada.status, ada.told]).toEqual([
      422,
      'Set up a second factor of your own first, so that you are not locked out.',
    ])
    const { id } = await row('ada')
    const uma = await make('uma', 'support')
    await house.db('admins').where({ id }).update({ factors: 1 })
    await ada.post('/admin/settings', form)
    expect(ada.told).toBe('The settings are saved.')
    for (const path of ['/admin', '/admin/clients']) {
      await uma.visitor.visit(path)
      expect(uma.visitor.told).toBe('Every admin needs a second factor here. Set one up to go on.')
      expect(uma.visitor.path, 'where that is done').toBe('/admin/security')
    }
    expect((await uma.visitor.visit('/admin/password')).status).toBe(200)
    await ada.post('/admin/settings', { ...form, adminsNeedFactor: undefined })
    expect((await uma.visitor.visit('/admin/clients')).title).toBe('Clients')
    await house.db('admins').where({ id }).update({ factors: 0 })
  })

  test('a link is dead after sixty minutes, and opens no user’s password', async () => {
    await make('vic', 'support')
    const asks = house.visitor()
    await asks.post('/admin/password/reset', { email: 'vic@latchkey.test' })
    const link = await house.linkTo('vic@latchkey.test')
    await asks.visit(link.replace('/admin', ''))
    expect(asks.text).toContain('This link does not work any more.')
    expect((await asks.visit(link)).status).toBe(200)
    moveClock(61)
    await asks.press('Set password', { 'New password': LONG })
    expect(asks.text).toContain('This link does not work any more.')
  })
})
