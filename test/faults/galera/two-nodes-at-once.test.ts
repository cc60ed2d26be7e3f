import type { Connection, RowDataPacket } from 'mysql2/promise'
import { beforeAll, describe, expect, test } from 'vitest'
import { atEnd } from '../../support/at-end.ts'
import { type Galera, startGalera } from '../../support/galera.ts'
import { connectionsOn, fillCluster, type OnACluster, startOn, until } from '../../support/on-a-cluster.ts'
import type { Visitor } from '../../support/visitor.ts'

const [A, B] = [0, 1]
let cluster: Galera
let onA: OnACluster
let onB: OnACluster
// A cluster leaves gaps between ids, so that its nodes do not choose the same.
let acme: number
let [aliceId, bobId, carolId] = [0, 0, 0]

beforeAll(async () => {
  cluster = await startGalera()
  await fillCluster(cluster)
  onA = await startOn(cluster, A)
  onB = await startOn(cluster, B)
  const idOf = async (table: string, where: string) =>
    (await ask<{ id: number }>(A, `SELECT id FROM latchkey.${table} WHERE ${where}`))[0]?.id ?? 0
  acme = await idOf('clients', "company_name = 'Acme Hosting'")
  const users = ['alice', 'bob', 'carol'].map((name) => idOf('users', `email = '${name}@example.com'`))
  ;[aliceId = 0, bobId = 0, carolId = 0] = await Promise.all(users)
})
atEnd(() => cluster?.stop())

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function ask<T>(nth: number, sql: string): Promise<T[]> {
  const connection = await cluster.connect(nth)
  const [rows] = await connection.query<RowDataPacket[]>(sql)
  await connection.end()
  return rows as T[]
}

describe('what a cluster does by itself', () => {
  test('H2: row locks are local to a node: both take the same row, and one of them is refused at its COMMIT', async () => {
    const [one, other] = [await cluster.connect(A), await cluster.connect(B)]
    await one.query('BEGIN')
    await one.query(`SELECT * FROM latchkey.clients WHERE id = ${acme} FOR UPDATE`)
    await one.query(`UPDATE latchkey.clients SET city = 'A' WHERE id = ${acme}`)
    const asked = performance.now()
    await other.query(`UPDATE latchkey.clients SET city = 'B' WHERE id = ${acme}`)
    expect(performance.now() - asked, 'nobody waits').toBeLessThan(1_000)
    await expect(one.query('COMMIT')).rejects.toMatchObject({ errno: 1213 })
    await Promise.all([one.end(), other.end()])
  })

  test('H21: a node that is desynced, as a donor is, says ready and Primary as well; only its state tells', async () => {
    await ask(B, 'SET GLOBAL wsrep_desync = ON')
    const said = await ask<{ Variable_name: string; Value: string }>(
      B,
      "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_ready', 'wsrep_cluster_status', 'wsrep_local_state')",
    )
    expect(Object.fromEntries(said.map(({ Variable_name, Value }) => [Variable_name, Value]))).toEqual({
      wsrep_ready: 'ON',
      wsrep_cluster_status: 'Primary',
      wsrep_local_state: '2',
    })
    await expect.poll(() => connectionsOn(cluster, B), { timeout: 8_000 }).toBe(0)
    await ask(B, 'SET GLOBAL wsrep_desync = OFF')
  })
})

/** Holds back what B applies to this table, until it is let go. B still says that it is synced. */
async function holdBack(table: string) {
  const connection: Connection = await cluster.connect(B)
  await connection.query(`LOCK TABLES latchkey.${table} READ`)
  return async () => {
    await connection.query('UNLOCK TABLES')
    await connection.end()
  }
}

describe('H3: access is taken away on A, and B lags', () => {
  let bob: Visitor
  let ada: Visitor
  const isIn = async (nth: number) =>
    (
      await ask<{ n: number }>(
        nth,
        `SELECT COUNT(*) AS n FROM latchkey.associations WHERE client_id = ${acme} AND user_id = ${bobId}`,
      )
    )[0]?.n

  beforeAll(async () => {
    // B has been away; its process comes back to it after a few quiet seconds.
    const visitor = await onB.user('alice')
    await until(() => visitor.visit('/clientarea').then(async () => (await connectionsOn(cluster, B)) > 0))
    ada = await onA.admin()
    bob = await onB.user('bob')
    await bob.visit('/user/accounts')
    if (!bob.text.includes('Acme Hosting')) throw new Error(bob.text)
    await bob.press('Switch to Acme Hosting')
    expect(bob.title).toBe('Acme Hosting')
  })

  // Fails when prepare() does not set wsrep_sync_wait: Bob is shown the account.
  test('whoever asks B waits until it has caught up, and is not let in; while it does not, the answer is 503', async () => {
    const letGo = await holdBack('associations')
    await ada.post(`/admin/clients/${acme}/users/${bobId}/remove`)
    expect(ada.status).toBe(200)
    expect([await isIn(A), await isIn(B)], 'B does not know yet').toEqual([0, 1])

    const asked = performance.now()
    const stale = await bob.newTab().visit('/clientarea')
    console.log(`B held back: ${stale.status} after ${Math.round(performance.now() - asked)} ms`)
    expect(stale.status).toBe(503)
    expect(stale.text).not.toContain('Acme Hosting')

    let isAnswered = false
    const waiting = bob.newTab().visit('/clientarea')
    void waiting.then(() => {
      isAnswered = true
    })
    await pause(1_000)
    expect([isAnswered, await isIn(B)]).toEqual([false, 1])
    await letGo()
    const answer = await waiting
    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain('Acme Hosting')
  })
})

describe('H2: access changes on two nodes at once', () => {
  const post = async (visitor: Visitor, path: string, body = {}) => {
    const { status } = await visitor.agent.post(path).set({ Origin: visitor.appUrl }).type('form').send(body)
    return status
  }

  test('Make Owner on A against Remove Access on B: never an owner without access, never a 500', async () => {
    const [onOne, onOther] = [await onA.admin(), await onB.admin()]
    const answers: string[] = []
    for (let round = 0; round < 15; round++) {
      await onOne.post(`/admin/clients/${acme}/users/${aliceId}`, { make_owner: '1' })
      await ask(
        A,
        `INSERT IGNORE INTO latchkey.associations (client_id, user_id, permissions, created_at, updated_at) VALUES (${acme}, ${carolId}, 'tickets', '', '')`,
      )
      const both = await Promise.all([
        post(onOne, `/admin/clients/${acme}/users/${carolId}`, { make_owner: '1' }),
        post(onOther, `/admin/clients/${acme}/users/${carolId}/remove`),
      ])
      answers.push(both.join('/'))
      const orphans = await ask(
        A,
        `SELECT c.id FROM latchkey.clients c LEFT JOIN latchkey.associations a ON a.client_id = c.id AND a.user_id = c.owner_id WHERE a.user_id IS NULL`,
      )
      expect(orphans).toEqual([])
      expect(
        both.every((status) => [303, 404, 422].includes(status)),
        both.join(),
      ).toBe(true)
    }
    console.log('Make Owner / Remove Access:', answers.join(' '))
    expect(new Set(answers).size).toBeGreaterThan(0)
  })
})
