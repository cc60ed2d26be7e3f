import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { createAdmin } from '../src/domain/admins.ts'
import { makeFirstLink } from '../src/domain/first-admin.ts'
import { moveClock } from '../src/platform/clock.ts'
import { freshDatabase } from './support/databases.ts'
import { startHouse } from './support/house.ts'
import { folder, freePort, start } from './support/processes.ts'

const LONG = 'a long sentence of mine'
const DEAD = 'This link does not work any more.'

describe('H9 the first admin of an empty database comes by one link', async () => {
  const house = await startHouse()
  const { db } = house
  const by = () => ({
    kind: 'system' as const,
    id: null,
    name: 'admin:create',
    ip: '',
    requestId: Math.random().toString(36),
    entries: { next: 0 },
  })
  const link = async () => ((await makeFirstLink(db))?.link ?? '').slice(house.appUrl.length)

  beforeEach(async () => {
    for (const table of ['admin_sessions', 'admins', 'first_admin_links']) await db(table).delete()
  })

  test('of many at once one makes it; looking changes nothing; it makes one admin with every right', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => makeFirstLink(db)))
    const [one, ...others] = made.filter(Boolean)
    expect(others).toEqual([])
    const path = (one?.link ?? '').slice(house.appUrl.length)
    expect(path).toMatch(/^\/admin\/first\/1-[\w-]{43}$/)
    const visitor = house.visitor()
    for (let time = 0; time < 3; time++) expect((await visitor.visit(path)).title).toBe('The first admin')
    const typed = { Name: 'Fay First', 'Email address': 'fay@latchkey.test' }
    await visitor.press('Create admin', { ...typed, Password: 'short' })
    expect([visitor.status, visitor.value('Name')]).toEqual([422, 'Fay First'])
    const second = await house.visitor().visit(path)
    await visitor.press('Create admin', { ...typed, Password: LONG })
    expect(visitor.told).toBe('That is done. Log in with your address and password.')
    await second.press('Create admin', { ...typed, 'Email address': 'eve@latchkey.test', Password: LONG })
    expect(second.text).toContain(DEAD)
    expect((await house.visitor().visit(path)).text).toContain(DEAD)
    expect(await db('admins').select('email', 'role')).toEqual([{ email: 'fay@latchkey.test', role: 'full' }])
    await visitor.press('Log in', { 'Email address': 'fay@latchkey.test', Password: LONG })
    expect(visitor.path).toBe('/admin')
  })

  test('any admin that is made uses it up, and when all are gone none is made again', async () => {
    const path = await link()
    await createAdmin(db, by(), { email: 'c@latchkey.test', name: 'C', password: LONG })
    expect((await house.visitor().visit(path)).text).toContain(DEAD)
    await db('admins').delete()
    expect(await makeFirstLink(db)).toBeUndefined()
    await db('first_admin_links').delete()
    await createAdmin(db, by(), { email: 'c@latchkey.test', name: 'C', password: LONG })
    await db('admins').delete()
    expect(await makeFirstLink(db), 'nor where there never was one').toBeUndefined()
  })

  test('after sixty minutes it is dead, and the next start makes another', async () => {
    const path = await link()
    expect(await makeFirstLink(db), 'while it works there is no other').toBeUndefined()
    moveClock(61)
    expect((await house.visitor().visit(path)).text).toContain(DEAD)
    const next = await link()
    expect(next).not.toBe(path)
    expect((await house.visitor().visit(path)).text).toContain(DEAD)
    expect((await house.visitor().visit(next)).title).toBe('The first admin')
  })

  test('npm start keeps it in a file that nobody else can read; the log has nothing of it', async () => {
    const { url, drop } = await freshDatabase(house.folder)
    const settings = {
      NODE_ENV: 'production',
      DATABASE_URL: url.replace('test.db', 'empty.db'),
      APP_URL: 'https://accounts.example.com',
      APP_SECRET: 'production has a secret of its own: 32 bytes or more',
      SMTP_URL: 'smtp://127.0.0.1:9',
      MAIL_FROM: 'Accounts <accounts@example.com>',
      HOST: '127.0.0.1',
      PORT: String(await freePort()),
    }
    const server = start('first', settings)
    await server.until('Latchkey is ready')
    const file = join(folder, 'first', 'first-admin-link')
    const text = readFileSync(file, 'utf8')
    expect(text).toMatch(/^https:\/\/accounts\.example\.com\/admin\/first\/1-[\w-]{43}\n$/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(server.output()).toContain('first-admin-link')
    expect(server.output()).not.toContain(text.trim().split('/').at(-1))
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    await drop()
  })
})
