import { get } from 'node:http'
import { beforeAll, describe, expect, test } from 'vitest'
import { csvLine } from '../src/web/csv.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

/** Cells as RFC 4180 has them: every one in quotes, a quote in it twice. */
const cellsOf = (line: string) =>
  [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, cell = '']) => cell.replaceAll('""', '"'))

const linesOf = ({ html }: Visitor) =>
  html
    .replace(/^\ufeff/, '')
    .split('\r\n')
    .slice(0, -1)
    .map(cellsOf)

describe('the activity log as a file', () => {
  let house: TestHouse
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.post('/account/users/invite', { email: 'dora@example.com', permissions: 'orders' })
    ada = await house.admin()
    const { id } = await house.clientNamed('Acme Hosting')
    const about = { client_id: id, ip: '', detail: '{}', actor_id: null, actor_name: '' }
    const at = '2026-11-01T00:00:00.000Z'
    const entry = (ordinal: number) => ({
      ...{ request_id: 'many', ordinal, at, actor_kind: 'system', action: 'client.edited' },
      ...about,
    })
    for (let from = 0; from < 1_200; from += 100)
      await house.db('activity').insert(Array.from({ length: 100 }, (_, nth) => entry(from + nth)))
  })

  test('it holds every entry of the page once, newest first, with a name and for nobody to keep', async () => {
    await ada.visit('/admin/activity')
    await ada.follow('Download as CSV')
    expect(ada.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(ada.headers['content-disposition']).toMatch(/^attachment; filename=activity-\d{4}-\d\d-\d\d\.csv$/)
    expect(ada.headers['cache-control']).toBe('no-store')
    expect(ada.html.startsWith('\ufeff"Time (UTC)","Who"')).toBe(true)
    const [, ...lines] = linesOf(ada)
    const all = await house.db('activity').orderBy('id', 'desc')
    expect(lines.map((cells) => [cells[0], cells[5]])).toEqual(all.map(({ at, action }) => [at, action]))
    expect(lines.every((cells) => cells.length === 12)).toBe(true)
  })

  test('the filters of the page hold for the file; those that cannot be right lead back to the page', async () => {
    const { id } = await house.clientNamed('Acme Hosting')
    await ada.visit(`/admin/activity?client=${id}&action=invite.sent`)
    await ada.follow('Download as CSV')
    const [, ...lines] = linesOf(ada)
    expect(lines).toHaveLength(1)
    expect(lines[0]?.slice(1, 8)).toEqual([
      ...['Alice Ames', '', String(id), '', 'invite.sent'],
      ...['Alice Ames invited dora@example.com', ''],
    ])
    await ada.visit(`/admin/clients/${id}/activity.csv?action=invite.sent`)
    expect(linesOf(ada)).toHaveLength(2)
    await ada.visit('/admin/activity.csv?from=never')
    expect([ada.status, ada.path]).toEqual([422, '/admin/activity?from=never'])
    expect(ada.text).toContain('“never” is not a day')
  })

  test('H30 no cell is a formula, whatever stands invisibly in front; quotes and breaks stay in their cell', () => {
    for (const text of ['=1+1', '+1', '-1', '@SUM(1)', '\uff1d1', '\uff0b1', '\uff0d1', '\uff201'])
      for (const front of ['', ' ', '\u00a0', '\u200b', '\ufeff', '\u2060\u3164', '\u0000'])
        expect(csvLine([front + text])).toBe(`"'${front}${text}"\r\n`)
    for (const text of ['\tx', '\rx', '\nx', ' \tx', '\u2028x'])
      expect(csvLine([text])).toBe(`"'${text}"\r\n`)
    for (const text of ['2026-11-24', 'a=b', '', '(1)', 'é', '中='])
      expect(csvLine([text])).toBe(`"${text}"\r\n`)
    expect(csvLine(['a"b', 'c\nd', null, 7])).toBe('"a""b","c\nd","","7"\r\n')
  })

  test('H30 a name that is a formula is none in the file', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/user/profile')
    await alice.press('Save', { 'First name': '=HYPERLINK("evil")' })
    await alice.visit('/user/activity.csv')
    expect(alice.html).toContain(`{""first_name"":""=HYPERLINK(\\""evil\\"")""}`)
    await alice.visit('/user/profile')
    await alice.press('Save', { 'First name': 'Alice' })
    await alice.visit('/user/activity.csv')
    expect(alice.html).toContain(`,"'=HYPERLINK(""evil"") Ames",`)
    expect(alice.html).not.toMatch(/(^|,)"\s*=/m)
  })

  test('an owner and a user get what their page shows, and nobody else’s', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/activity')
    await alice.follow('Download as CSV')
    expect(alice.headers['content-disposition']).toContain('filename=account-activity-')
    const { id } = await house.clientNamed('Acme Hosting')
    const [counted] = await house.db('activity').where({ client_id: id }).count({ n: '*' })
    expect(linesOf(alice)).toHaveLength(Number(counted?.n) + 1)
    const bob = await house.user('bob', 'Acme Hosting')
    await bob.visit('/account/activity.csv')
    expect(bob.status).toBe(403)
    await bob.visit(`/user/activity.csv?client=${id}&user=1`)
    expect(bob.html).toContain('Bob Brown logged in')
    expect(bob.html).not.toContain('dora@example.com')
    await bob.visit('/admin/activity.csv')
    expect(bob.path).toContain('/admin/login')
  })

  test('who asks for no more than the head has nothing read but the beginning', async () => {
    const steps: unknown[] = []
    const count = ({ sql }: { sql: string }) => {
      if (/from `activity`.*limit/.test(sql)) steps.push(sql)
    }
    house.db.on('query', count)
    const { status, headers } = await ada.agent.head('/admin/activity.csv')
    house.db.removeListener('query', count)
    expect([status, headers['content-type'], steps.length]).toEqual([200, 'text/csv; charset=utf-8', 1])
  })

  test('who hangs up is read for no longer, and is no fault', async () => {
    const steps: unknown[] = []
    const count = ({ sql }: { sql: string }) => {
      if (/from `activity`.*limit/.test(sql)) steps.push(sql)
    }
    const at = '2026-10-01T00:00:00.000Z'
    const detail = JSON.stringify({ text: 'x'.repeat(4_000) })
    const wide = Array.from({ length: 50 }, (_, ordinal) => ({ ordinal, detail }))
    for (let part = 0; part < 60; part++)
      await house.db('activity').insert(
        wide.map((one) => ({
          ...{ ...one, request_id: `wide${part}`, at, actor_kind: 'system', actor_id: null, actor_name: '' },
          ...{ action: 'sample.filled', ip: '' },
        })),
      )
    house.db.on('query', count)
    const cookie = `admin_session=${ada.cookie('admin_session')}`
    await new Promise<void>((resolve, reject) => {
      const request = get(`${house.appUrl}/admin/activity.csv`, { headers: { cookie } }, (response) => {
        expect(response.statusCode).toBe(200)
        response.once('data', () => {
          response.pause()
          setTimeout(() => response.destroy(), 300)
        })
        response.once('close', resolve)
      })
      request.on('error', reject)
    })
    await expect.poll(() => house.logged.some((line) => line.includes('/admin/activity.csv'))).toBe(true)
    house.db.removeListener('query', count)
    expect(steps.length).toBeLessThan(8)
    expect(house.logged.filter((line) => line.includes('ended early'))).toEqual([])
    await house.db('activity').where('request_id', 'like', 'wide%').delete()
  })
})
