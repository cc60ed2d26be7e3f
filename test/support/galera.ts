// Three MariaDB Galera nodes on this machine, for one test file: their own folder and ports, gone with the run.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import { findProgram, freePort } from './mariadb.ts'

const PROVIDER = ['/usr/lib/galera/libgalera_smm.so', '/usr/lib64/galera/libgalera_smm.so'].find(existsSync)
const SYNCED_WITHIN_MS = 60_000
// Peers notice a dead node after five seconds by themselves; docs/operating.md asks for two, as here.
const NOTICE =
  'evs.keepalive_period=PT0.5S;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT5S;evs.install_timeout=PT5S'

export const hasGalera = () => Boolean(PROVIDER && findProgram('mariadbd') && findProgram('rsync'))

interface Node {
  name: string
  port: number
  cluster: number
  folder: string
  process: ChildProcess | undefined
}

const isRoot = process.getuid?.() === 0
// The server refuses to run as root without being told, and its state transfer scripts do not tell it.
const asMysql = (program: string, args: string[]): [string, string[]] =>
  isRoot ? ['runuser', ['-u', 'mysql', '--', program, ...args]] : [program, args]

export interface GaleraOptions {
  /** Ids without gaps, for stories that count on them; then only one node may be written to. */
  consecutiveIds?: boolean
}

/** Starts the cluster and waits until all nodes are synced. */
export async function startGalera({ consecutiveIds = false }: GaleraOptions = {}) {
  const ids = consecutiveIds ? ['--wsrep-auto-increment-control=OFF'] : []
  const root = mkdtempSync(join(tmpdir(), 'latchkey-galera-'))
  chmodSync(root, 0o755)
  const nodes: Node[] = []
  for (const nth of [1, 2, 3]) {
    const folder = join(root, String(nth))
    mkdirSync(folder)
    if (isRoot) execFileSync('chown', ['mysql', folder])
    nodes.push({
      name: `n${nth}`,
      port: await freePort(),
      cluster: await freePort(),
      folder,
      process: undefined,
    })
  }
  const all = `gcomm://${nodes.map(({ cluster }) => `127.0.0.1:${cluster}`).join(',')}`
  const atExit = () => {
    for (const node of nodes) if (node.process) signalTo(node, 'SIGKILL')
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
  process.once('exit', atExit)

  for (const node of nodes) {
    install(node)
    const isFirst = node === nodes[0]
    await startNode(node, isFirst ? 'gcomm://' : all, isFirst ? [...ids, '--wsrep-new-cluster'] : ids)
  }
  const at = (nth: number) => nodes[nth] as Node
  return {
    /** Of all nodes, in their order, beginning with the one of this number. */
    url(first = 0, database = '') {
      const order = [...nodes.slice(first), ...nodes.slice(0, first)]
      return `mysql://root@${order.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${database}`
    },
    connect: (nth: number) => mysql.createConnection(`mysql://root@127.0.0.1:${at(nth).port}/`),
    signal: (nth: number, name: NodeJS.Signals) => signalTo(at(nth), name),
    restart: (nth: number) => startNode(at(nth), all, ids),
    async stop() {
      atExit()
      process.off('exit', atExit)
    },
  }
}

export type Galera = Awaited<ReturnType<typeof startGalera>>

/** What a node writes for a moment goes there, too: elsewhere it may be a stranger. */
const inFolder = (folder: string) => ({ ...process.env, TMPDIR: folder })

function install({ folder }: Node) {
  const program = findProgram('mariadb-install-db') ?? 'mariadb-install-db'
  const auth = '--auth-root-authentication-method=normal'
  const data = `--datadir=${join(folder, 'data')}`
  const asUser = isRoot ? ['--user=mysql'] : []
  execFileSync(program, ['--no-defaults', data, auth, ...asUser], { stdio: 'pipe', env: inFolder(folder) })
}

async function startNode(node: Node, cluster: string, more: string[] = []) {
  const transfer = await freePort()
  const incremental = await freePort()
  const provider = `gmcast.listen_addr=tcp://127.0.0.1:${node.cluster};ist.recv_addr=127.0.0.1:${incremental};gcache.size=32M;${NOTICE}`
  const options = [
    '--no-defaults',
    `--datadir=${join(node.folder, 'data')}`,
    `--socket=${join(node.folder, 's')}`,
    `--pid-file=${join(node.folder, 'pid')}`,
    `--port=${node.port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--max-connections=400',
    '--innodb-buffer-pool-size=64M',
    '--innodb-flush-log-at-trx-commit=0',
    '--binlog-format=ROW',
    '--innodb-autoinc-lock-mode=2',
    '--wsrep-on=ON',
    `--wsrep-provider=${PROVIDER}`,
    '--wsrep-cluster-name=latchkey-test',
    `--wsrep-cluster-address=${cluster}`,
    `--wsrep-node-name=${node.name}`,
    `--wsrep-node-address=127.0.0.1:${node.cluster}`,
    `--wsrep-provider-options=${provider}`,
    '--wsrep-sst-method=rsync',
    `--wsrep-sst-receive-address=127.0.0.1:${transfer}`,
    ...more,
  ]
  const log = openSync(join(node.folder, 'log'), 'a')
  const [program, args] = asMysql(findProgram('mariadbd') ?? 'mariadbd', options)
  node.process = spawn(program, args, { stdio: ['ignore', log, log], env: inFolder(node.folder) })
  await synced(node)
}

/** To the server itself, not to runuser before it. */
function signalTo({ folder, process: started }: Node, name: NodeJS.Signals) {
  try {
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), name)
  } catch {
    // It has not begun, or is gone already.
  }
  if (name === 'SIGKILL') started?.kill('SIGKILL')
}

async function synced({ name, port }: Node) {
  const until = Date.now() + SYNCED_WITHIN_MS
  while (Date.now() < until) {
    try {
      const connection = await mysql.createConnection(`mysql://root@127.0.0.1:${port}/`)
      const [rows] = await connection.query<RowDataPacket[]>("SHOW STATUS LIKE 'wsrep_local_state'")
      await connection.end()
      if (rows[0]?.Value === '4') return
    } catch {}
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`The Galera node ${name} was not synced within a minute.`)
}
