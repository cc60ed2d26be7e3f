import { beforeAll, describe, expect, test } from 'vitest'
import { LIMITS, SETTABLE } from '../src/domain/limit-table.ts'
import { countTry } from '../src/domain/limits.ts'
import { TooMany } from '../src/domain/refusal.ts'
import { readLimits } from '../src/domain/settings.ts'
import { openDatabase } from '../src/platform/database.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const PER_USER = 'Invitations by one user in an hour'

describe('an admin sets the limits', () => {
  let house: TestHouse
  let ada: Visitor
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse({ limited: true })
    ada = await house.admin()
    alice = await house.user('alice', 'Acme Hosting')
  })

  async function save(fields: Record<string, string>) {
    await ada.visit('/admin/settings')
    return ada.press('Save', fields)
  }
  const invite = (email: string) => alice.post('/account/users/invite', { email, which: 'all' })
  const stored = () => house.db('settings').where('key', 'like', 'limit.%').select('key', 'value')
  const refused = (name: 'mail' | 'link', key: string) =>
    countTry(house.db, name, key).then(
      () => false,
      (error) => error instanceof TooMany,
    )

  test('each limit is on the page with its number, its range, and what is shipped', async () => {
    await ada.visit('/admin/settings')
    for (const name of SETTABLE) {
      const field = ada.$(`#limit-${name}`)
      expect([name, field.val()]).toEqual([name, String(LIMITS[name].points)])
      expect(ada.$(`label[for="limit-${name}"]`).text()).not.toBe('')
      const { min, max, points } = LIMITS[name]
      expect(ada.$(`#limit-${name}-help`).text()).toContain(`${min} to ${max}, as shipped ${points}`)
    }
  })

  test('a changed one holds at once, in both directions, and for whoever was over it', async () => {
    await save({ [PER_USER]: '2' })
    expect([ada.status, ada.told]).toEqual([200, 'The settings are saved.'])
    expect(ada.value(PER_USER)).toBe('2')
    for (const email of ['a1@example.com', 'a2@example.com']) expect((await invite(email)).status).toBe(200)
    await invite('a3@example.com')
    expect([alice.status, alice.told]).toEqual([
      429,
      expect.stringContaining('Your limit of invitations is reached: 2 an hour'),
    ])
    await save({ [PER_USER]: '10' })
    expect((await invite('a3@example.com')).status).toBe(200)
  })

  test('so do those that are counted in memory, and those that are known there first', async () => {
    const mail = 'Requests for an email with a link, from one network in an hour'
    const link = 'Links of invitations opened from one network in an hour'
    await save({ [mail]: '5', [link]: '20' })
    for (let times = 0; times < 5; times++) expect(await refused('mail', 'here')).toBe(false)
    for (let times = 0; times < 20; times++) expect(await refused('link', 'here')).toBe(false)
    expect([await refused('mail', 'here'), await refused('link', 'here')]).toEqual([true, true])
    await save({ [mail]: '60', [link]: '1000' })
    expect([await refused('mail', 'here'), await refused('link', 'here')]).toEqual([false, false])
  })

  test('another process goes by it too, within seconds and without a restart', async () => {
    const other = openDatabase(house.config.databaseUrl)
    await save({ [PER_USER]: '7' })
    expect((await readLimits(other)).invitesOfUser).toBe(7)
    await other.destroy()
  })

  test('R29 what changed is in the log, before and after; what did not change is not', async () => {
    const before = await house.db('activity').where({ action: 'setting.changed' }).pluck('id')
    await save({ [PER_USER]: '8' })
    await save({})
    const details = await house
      .db('activity')
      .where({ action: 'setting.changed' })
      .whereNotIn('id', before)
      .pluck('detail')
    expect(details.map((text) => JSON.parse(text))).toEqual([
      { key: 'limit.invitesOfUser', before: 7, after: 8 },
    ])
    await ada.visit('/admin/activity')
    expect(ada.$('#log').text()).toContain(PER_USER)
  })

  test('a number that cannot be: a sentence beside each, what was typed kept, nothing saved', async () => {
    const rows = await stored()
    for (const typed of ['', '0', '-1', '1.5', '1e3', ' ', 'many', '10001', '99999999999999999999', '٣']) {
      await save({ [PER_USER]: typed, 'Accounts opened by one user in a day': '0' })
      expect([typed, ada.status]).toEqual([typed, 422])
      const sentences = ada
        .$('.field-error')
        .map((_, one) => ada.$(one).text())
        .get()
      expect(sentences).toEqual([
        'Enter a whole number from 1 to 10000.',
        'Enter a whole number from 1 to 1000.',
      ])
      expect(ada.value(PER_USER)).toBe(typed)
      expect(ada.$('[autofocus]').attr('id')).toBe('limit-invitesOfUser')
    }
    expect(await stored()).toEqual(rows)
    await ada.post('/admin/settings', { name: 'Latchkey', acceptBy: 'any' })
    expect([ada.status, await stored()], 'those that are not there stay as they are').toEqual([200, rows])
  })

  test('the name and a limit typed on one page are saved by one button, or kept together', async () => {
    await save({ Name: 'Keys', [PER_USER]: 'many' })
    expect([ada.status, ada.value('Name'), ada.value(PER_USER)]).toEqual([422, 'Keys', 'many'])
    await save({ Name: '', [PER_USER]: '12' })
    expect([ada.status, ada.value('Name'), ada.value(PER_USER)]).toEqual([422, '', '12'])
    await save({ Name: 'Keys', [PER_USER]: '12' })
    expect([ada.status, ada.value('Name'), ada.value(PER_USER)]).toEqual([200, 'Keys', '12'])
    await save({ Name: 'Latchkey' })
  })

  test('a stored number that is none counts as not there', async () => {
    await house.db('settings').where({ key: 'limit.invitesOfUser' }).update({ value: 'none' })
    const other = openDatabase(house.config.databaseUrl)
    expect((await readLimits(other)).invitesOfUser).toBe(LIMITS.invitesOfUser.points)
    await other.destroy()
  })

  test('only who may change settings', async () => {
    await house.db('admins').where({ email: 'ada@latchkey.test' }).update({ role: 'support' })
    const rows = await stored()
    await ada.post('/admin/settings', { invitesOfUser: '9' })
    expect(ada.status).toBe(403)
    await alice.post('/admin/settings', { invitesOfUser: '9' })
    expect(await stored()).toEqual(rows)
  })
})
