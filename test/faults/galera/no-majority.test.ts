import { beforeAll, expect, test } from 'vitest'
import { atEnd } from '../../support/at-end.ts'
import { type Galera, startGalera } from '../../support/galera.ts'
import { fillCluster, type OnACluster, startOn, until } from '../../support/on-a-cluster.ts'
import { Visitor } from '../../support/visitor.ts'

let cluster: Galera
let latchkey: OnACluster

beforeAll(async () => {
  cluster = await startGalera()
  await fillCluster(cluster)
  latchkey = await startOn(cluster, 0)
})
atEnd(() => cluster?.stop())

const status = async (path: string) => (await new Visitor(latchkey.address).visit(path)).status

test('two of three nodes die: the one that is left may not decide, so every page is a 503 until they are back', async () => {
  const alice = await latchkey.user('alice')
  cluster.signal(1, 'SIGKILL')
  cluster.signal(2, 'SIGKILL')
  await until(async () => (await status('/readyz')) === 503)
  await until(async () => (await status('/login')) === 503)
  await alice.visit('/account/users')
  expect([alice.status, alice.headers['retry-after']]).toEqual([503, '5'])
  await alice.post('/account/users/invite', { email: 'nobody@example.com' })
  expect([alice.status, alice.headers['retry-after']]).toEqual([503, '5'])
  expect(await status('/healthz')).toBe(200)

  await Promise.all([cluster.restart(1), cluster.restart(2)])
  await until(async () => (await status('/readyz')) === 200)
  await alice.visit('/account/users')
  await alice.press('Send Invite', { 'Email address': 'somebody@example.com' })
  expect(alice.told).toContain('somebody@example.com')
  expect(alice.text, 'what was answered with 503 was not done').not.toContain('nobody@example.com')
  expect(latchkey.output()).not.toContain('"statusCode":500')
})
