// What the floor writes: the statements of Latchkey's own transactions, prepared, and nothing else around them.

import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise'

type Values = (string | number | null)[]

const WEEK_MS = 7 * 86_400_000
const SOME = 'domains,invoices,products,tickets'

const now = (afterMs = 0) => new Date(Date.now() + afterMs).toISOString()

const ACTIVITY = `INSERT INTO activity (request_id, ordinal, at, actor_kind, actor_id, actor_name, client_id, user_id, action,
  detail, ip, key_id, mac) VALUES (?, ?, ?, 'user', ?, 'Somebody', ?, ?, ?, ?, '127.0.0.1', 'bench', ?)`
const EVENT = 'INSERT INTO hook_events (event_id, name, payload, created_at) VALUES (?, ?, ?, ?)'
const EMAIL = `INSERT INTO emails (template, data, to_address, subject, client_id, user_id, invitation_id, send_count, message_id,
  next_attempt_at, retry_until, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const INVITATION = `INSERT INTO invitations (client_id, email, open_email, permissions, message, status, nonce,
  invited_by_user_id, sent_at, expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, '', 'pending', ?, ?, ?, ?, ?, ?)`
const ASSOCIATED = `SELECT users.id FROM associations JOIN users ON users.id = associations.user_id
  LEFT JOIN users AS merged ON merged.merged_into_id = users.id
  WHERE associations.client_id = ? AND (users.email = ? OR merged.email = ?) LIMIT 1`
const ACCESS = `SELECT users.*, associations.permissions FROM associations JOIN users ON users.id = associations.user_id
  WHERE associations.client_id = ? AND users.id = ?`

/** The statements of one transaction, on one connection. */
function statements(connection: PoolConnection, activityKey: string) {
  const run = async (sql: string, values: Values) =>
    (await connection.execute<ResultSetHeader>(sql, values))[0]
  const read = async (sql: string, values: Values) =>
    (await connection.execute<RowDataPacket[]>(sql, values))[0][0]
  const requestId = randomUUID()
  let entries = 0
  return {
    run,
    read,
    take: async (client: string) => {
      await run('UPDATE clients SET access_version = access_version + 1 WHERE id = ?', [client])
      return read('SELECT * FROM clients WHERE id = ?', [client])
    },
    record: (action: string, actor: string, client: string, user: string | null, detail: object) => {
      const text = JSON.stringify(detail)
      const mac = createHmac('sha256', activityKey).update(`${requestId}${action}${text}`).digest('base64url')
      return run(ACTIVITY, [requestId, entries++, now(), actor, client, user, action, text, mac])
    },
    fire: (name: string, payload: object) => run(EVENT, [randomUUID(), name, JSON.stringify(payload), now()]),
    queue: (template: string, to: string, about: Values, data: object) => {
      const messageId = `<${randomBytes(16).toString('hex')}@bench.example>`
      const subject = 'Somebody invited you'
      return run(EMAIL, [
        template,
        JSON.stringify(data),
        to,
        subject,
        ...about,
        messageId,
        now(),
        now(WEEK_MS),
        now(),
      ])
    },
  }
}

type Statements = ReturnType<typeof statements>

async function invite({ run, read, take, record, fire, queue }: Statements, form: URLSearchParams) {
  const [client = '', owner = '', email = ''] = ['client', 'user', 'email'].map(
    (name) => form.get(name) ?? '',
  )
  await take(client)
  await read(ASSOCIATED, [client, email, email])
  await read('SELECT * FROM invitations WHERE client_id = ? AND open_email = ? AND expires_at <= ?', [
    client,
    email,
    now(),
  ])
  await read('SELECT COUNT(*) AS n FROM emails WHERE client_id = ? AND created_at > ?', [
    client,
    now(-86_400_000),
  ])
  await run(
    "UPDATE invitations SET send_count = send_count + 1 WHERE client_id = ? AND open_email = ? AND status = 'pending'",
    [client, email],
  )
  await read("SELECT COUNT(*) AS n FROM invitations WHERE client_id = ? AND status = 'pending'", [client])
  const nonce = randomBytes(24).toString('base64url')
  const { insertId } = await run(INVITATION, [
    client,
    email,
    email,
    SOME,
    nonce,
    owner,
    now(),
    now(WEEK_MS),
    now(),
    now(),
  ])
  const invitation = await read('SELECT * FROM invitations WHERE id = ?', [insertId])
  await record('invite.sent', owner, client, null, { email, permissions: SOME })
  await fire('InviteSent', { client: { id: client }, invitation })
  await queue('invitation', email, [client, null, insertId, 1], { inviter: 'Somebody' })
}

async function accept({ run, read, take, record, fire, queue }: Statements, form: URLSearchParams) {
  const [id = '', client = '', user = ''] = ['invitation', 'client', 'user'].map(
    (name) => form.get(name) ?? '',
  )
  await take(client)
  const invitation = await read('SELECT * FROM invitations WHERE id = ?', [id])
  const inviter = await read(ACCESS, [client, invitation?.invited_by_user_id])
  await run("UPDATE users SET updated_at = ? WHERE id = ? AND status = 'active'", [now(), user])
  await read('SELECT * FROM users WHERE id = ?', [user])
  await read(ACCESS, [client, user])
  const { affectedRows } = await run(
    `UPDATE invitations SET status = 'accepted', open_email = NULL, ended_at = ?, updated_at = ?, accepted_by_user_id = ?
      WHERE id = ? AND status = 'pending' AND nonce = ? AND expires_at > ?`,
    [now(), now(), user, id, invitation?.nonce, now()],
  )
  if (affectedRows !== 1) throw new Error('This invitation was accepted before.')
  await run(
    "UPDATE emails SET status = 'superseded' WHERE invitation_id = ? AND claim_token IS NULL AND COALESCE(status, '') = 'waiting'",
    [id],
  )
  await record('invite.accepted', user, client, user, { sentTo: invitation?.email })
  await fire('InviteAccepted', { client: { id: client }, invitation })
  await run(
    'INSERT INTO associations (client_id, user_id, permissions, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
    [client, user, SOME, now(), now()],
  )
  await record('user.associated', user, client, user, { permissions: SOME })
  await fire('UserAssociated', { client: { id: client }, user: { id: user } })
  await queue('invitation-accepted', inviter?.email, [client, inviter?.id, null, null], { name: 'Somebody' })
}

export function floorWrites(pool: Pool, activityKey: string) {
  const inTransaction = async (
    body: (all: Statements, form: URLSearchParams) => Promise<void>,
    form: URLSearchParams,
  ) => {
    const connection = await pool.getConnection()
    try {
      await connection.beginTransaction()
      await body(statements(connection, activityKey), form)
      await connection.commit()
    } catch (error) {
      await connection.rollback()
      throw error
    } finally {
      connection.release()
    }
  }
  return {
    invite: (form: URLSearchParams) => inTransaction(invite, form),
    accept: (form: URLSearchParams) => inTransaction(accept, form),
  }
}
