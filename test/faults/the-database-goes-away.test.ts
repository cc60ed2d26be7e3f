import { beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/platform/database.ts'
import { isAway } from '../../src/platform/faults.ts'
import { atEnd } from '../support/at-end.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { type Mariadb, startMariadb } from '../support/mariadb.ts'
import type { Visitor } from '../support/visitor.ts'

let server: Mariadb
let house: TestHouse
let alice: Visitor
let ada: Visitor

beforeAll(async () => {
  server = await startMariadb()
  const { TEST_DATABASE_URL } = process.env
  atEnd(() => {
    Object.assign(process.env, { TEST_DATABASE_URL })
    return server.stop()
  })
  process.env.TEST_DATABASE_URL = server.url
  house = await startHouse()
  alice = await house.user('alice')
  ada = await house.admin()
  await ada.visit('/admin/settings')
  await ada.press('Save', { Name: 'Harbour Accounts' })
  expect(ada.status, ada.text).toBe(200)
  await alice.visit('/account/users')
})

const TOO_LONG_MS = 30_000

async function timed(act: () => Promise<Visitor>) {
  const from = performance.now()
  const visitor = await act()
  return { visitor, ms: Math.round(performance.now() - from) }
}

const ACTS: [string, () => Promise<Visitor>][] = [
  ['a page of the Client Area', () => alice.newTab().visit('/account/users')],
  ['a page of the Admin Area', () => ada.newTab().visit('/admin/clients')],
  ['a page for everyone', () => house.visitor().visit('/login')],
  ['an invitation', () => alice.newTab().post('/account/users/invite', { email: 'away@example.com' })],
  ['a change by an admin', () => ada.newTab().post('/admin/clients/1/users/1', { make_owner: '1' })],
  ['a login', () => house.visitor().post('/login', { email: 'bob@example.com', password: 'x' })],
]

async function everythingSaysAway() {
  const answers = await Promise.all(ACTS.map(async ([what, act]) => ({ what, ...(await timed(act)) })))
  for (const { what, visitor, ms } of answers) {
    expect([what, visitor.status]).toEqual([what, 503])
    expect(visitor.headers['retry-after'], what).toBe('5')
    expect(visitor.text, what).toContain('Please try again in a few seconds'.toLowerCase().slice(7))
    expect(visitor.text, what).toContain('Harbour Accounts')
    expect(ms, what).toBeLessThan(TOO_LONG_MS)
  }
  console.log(answers.map(({ what, ms }) => `${what}: ${ms} ms`).join(', '))
  const probe = house.visitor()
  expect((await timed(() => probe.visit('/healthz'))).visitor.status).toBe(200)
  const ready = await timed(() => house.visitor().visit('/readyz'))
  expect(ready.visitor.status).toBe(503)
  expect(ready.ms).toBeLessThan(TOO_LONG_MS)
}

async function everythingIsBack() {
  await expect.poll(async () => (await house.visitor().visit('/readyz')).status).toBe(200)
  for (const visitor of [
    await alice.newTab().visit('/account/users'),
    await ada.newTab().visit('/admin/clients'),
  ])
    expect([visitor.path, visitor.status]).toEqual([visitor.path, 200])
  await alice.visit('/account/users')
  const email = `back${Math.random().toString(36).slice(2)}@example.com`
  await alice.press('Send Invite', { 'Email address': email })
  expect(alice.told).toContain(email)
}

describe('H21: the database goes away', () => {
  test.each(['SIGKILL', 'SIGSTOP'] as const)(
    'after %s every page is a 503 that says so, and all is well again by itself',
    async (signal) => {
      const heard = house.logged.length
      server.signal(signal)
      // Settings are kept for three seconds: until then a page that needs nothing else may still be shown.
      await new Promise((resolve) => setTimeout(resolve, 3_100))
      await everythingSaysAway()
      await everythingSaysAway()
      if (signal === 'SIGSTOP') server.signal('SIGCONT')
      else await server.restart()
      await everythingIsBack()
      const failures = house.logged.slice(heard).filter((line) => line.includes('"statusCode":500'))
      expect(failures, 'never a 500').toEqual([])
    },
  )

  test('who waits for a lock is told after three seconds that nothing was done; a statement is given up after four', async () => {
    const [one, other] = [openDatabase(house.config.databaseUrl), openDatabase(house.config.databaseUrl)]
    await one.transaction(async (trx) => {
      await trx('clients').where({ id: 1 }).increment('access_version', 1)
      const error = await other('clients')
        .where({ id: 1 })
        .increment('access_version', 1)
        .catch((error) => error)
      expect(error.errno).toBe(1205)
    })
    const from = performance.now()
    const error = await other.raw('DO SLEEP(30)').catch((error) => error)
    expect([error.code, isAway(error)]).toEqual(['PROTOCOL_SEQUENCE_TIMEOUT', true])
    expect(performance.now() - from, 'it sleeps for thirty').toBeLessThan(20_000)
    expect(await other('clients').where({ id: 1 }).first()).toBeDefined()
    await Promise.all([one.destroy(), other.destroy()])
  })

  test('who gets no connection within three seconds is told so', async () => {
    const db = openDatabase(house.config.databaseUrl)
    const busy = Promise.all(Array.from({ length: 10 }, () => db.raw('DO SLEEP(3.8)')))
    await new Promise((resolve) => setTimeout(resolve, 200))
    const error = await db('clients')
      .first()
      .catch((error) => error)
    expect([error.name, isAway(error)]).toEqual(['NoConnection', true])
    await busy
    expect(await db('clients').first()).toBeDefined()
    await db.destroy()
  })
})
