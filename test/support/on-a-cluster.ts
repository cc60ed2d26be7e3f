// Latchkey as processes on a Galera cluster, each with a node of its own that it prefers.

import { join } from 'node:path'
import { PASSWORD } from '../../src/dev/cast.ts'
import { openDatabase } from '../../src/platform/database.ts'
import type { Galera } from './galera.ts'
import { freePort } from './mariadb.ts'
import { folder, start } from './processes.ts'
import { Visitor } from './visitor.ts'
import { widenLimits } from './wide-limits.ts'

const DATABASE = 'latchkey'

/** Migrated, with the cast in it. */
export async function fillCluster(cluster: Galera) {
  const connection = await cluster.connect(0)
  await connection.query(`CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4`)
  await connection.end()
  const filling = start('cluster', settings(cluster, 0, await freePort()), 'src/cli/sample-data.ts')
  if ((await filling.ended) !== 0) throw new Error(filling.output())
  const db = openDatabase(cluster.url(0, DATABASE))
  await widenLimits(db)
  await db.destroy()
}

const settings = (cluster: Galera, first: number, port: number) => ({
  DATABASE_URL: cluster.url(first, DATABASE),
  PORT: String(port),
  DATA_DIR: join(folder, 'cluster'),
  APP_SECRET: 'the same secret for each of the processes',
  LOG_LEVEL: 'info',
})

/** `npm start`, ready, whose first host is the node of this number. */
export async function startOn(cluster: Galera, first: number) {
  const port = await freePort()
  const server = start(`on-${first}`, settings(cluster, first, port))
  await until(() => server.output().includes('Latchkey is ready'))
  const address = `http://localhost:${port}`
  const logIn = async (path: string, email: string) => {
    const visitor = new Visitor(address)
    await visitor.visit(path)
    return visitor.press('Log in', { 'Email address': email, Password: PASSWORD })
  }
  return {
    ...server,
    address,
    user: (name: string) => logIn('/login', `${name}@example.com`),
    admin: () => logIn('/admin/login', 'ada@latchkey.test'),
  }
}

/** Waits for it, also outside a test, where expect.poll cannot be. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 30_000) {
  const end = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It did not come to be within ${withinMs} ms: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export type OnACluster = Awaited<ReturnType<typeof startOn>>

/** How many connections of Latchkey a node has, but for those that only look whether it is fit. */
export async function connectionsOn(cluster: Galera, nth: number): Promise<number> {
  const connection = await cluster.connect(nth)
  const [rows] = await connection.query(
    `SELECT COUNT(*) AS n FROM information_schema.processlist WHERE db = '${DATABASE}' AND id <> CONNECTION_ID()`,
  )
  await connection.end()
  return (rows as { n: number }[])[0]?.n ?? 0
}
