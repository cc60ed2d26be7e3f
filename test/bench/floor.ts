// The floor: the least that does the work. Node's http, prepared statements, one template compiled beforehand with the
// same bytes of HTML. No framework, no session, no permissions, no checks, no log of requests.

import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Eta } from 'eta'
import mysql from 'mysql2/promise'
import { floorWrites } from './floor-writes.ts'

export interface FloorSettings {
  port: number
  databaseUrl: string
  /** A file of templates by name. */
  templates: string
  activityKey: string
}

const CONNECTIONS = 16

const settings: FloorSettings = JSON.parse(process.argv[2] ?? '')
const pool = mysql.createPool({ uri: settings.databaseUrl, connectionLimit: CONNECTIONS })
const eta = new Eta()
const texts: Record<string, string> = JSON.parse(readFileSync(settings.templates, 'utf8'))
const templates = new Map(Object.entries(texts).map(([name, text]) => [name, eta.compile(text)]))
const writes = floorWrites(pool, settings.activityKey)

type Values = (string | number)[]
const rows = async (sql: string, values: Values) =>
  (await pool.execute<mysql.RowDataPacket[]>(sql, values))[0]

const USERS = `SELECT u.*, a.permissions, a.last_login_at AS entered_at, c.company_name AS client FROM associations a
  JOIN users u ON u.id = a.user_id JOIN clients c ON c.id = a.client_id WHERE a.client_id = ? ORDER BY u.first_name, u.id`
const PENDING = `SELECT i.*, u.first_name, u.last_name FROM invitations i LEFT JOIN users u ON u.id = i.invited_by_user_id
  WHERE i.client_id = ? AND i.status IN ('pending', 'expired') ORDER BY i.sent_at DESC`
const CLIENTS = 'SELECT * FROM clients WHERE id < ? ORDER BY id DESC LIMIT 26'
const FOUND = 'SELECT * FROM users WHERE email LIKE ? ORDER BY email LIMIT 8'

async function listsOf(client: string) {
  const [users, pending] = await Promise.all([rows(USERS, [client]), rows(PENDING, [client])])
  return { users, pending, client: users[0]?.client }
}

const pages: Record<string, (value: string) => Promise<object>> = {
  'users-tab': listsOf,
  'user-management': listsOf,
  clients: async (before) => ({ clients: (await rows(CLIENTS, [before])).slice(0, 25) }),
  search: async (typed) => ({ found: await rows(FOUND, [`${typed}%`]) }),
}

async function bodyOf(req: IncomingMessage) {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  return new URLSearchParams(Buffer.concat(chunks).toString())
}

async function answer(req: IncomingMessage, res: ServerResponse) {
  const [, name = '', value = ''] = (req.url ?? '').split('/')
  if (req.method === 'POST') {
    await (name === 'invite' ? writes.invite : writes.accept)(await bodyOf(req))
    return res.writeHead(303, { Location: '/', 'Content-Length': 0 }).end()
  }
  if (name === 'readyz') return res.end('ready')
  const [read, template] = [pages[name], templates.get(name)]
  if (!read || !template) return res.writeHead(404).end()
  const html = Buffer.from(eta.render(template, await read(decodeURIComponent(value))))
  res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': html.length }).end(html)
}

createServer((req, res) => {
  answer(req, res).catch((error) => res.writeHead(500).end(String(error?.stack)))
}).listen(settings.port, '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
