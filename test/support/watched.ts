// What admins watch: rows for the ids in the URLs of those pages.

import type { Db } from '../../src/platform/database.ts'

/** An e-mail, an event, a delivery and a function that there are. */
export async function watched(db: Db) {
  const at = new Date().toISOString()
  const { id: emailId } = await db('emails').first()
  const { id: eventId } = await db('hook_events').first()
  const hook = 'crm.js#InviteSent'
  const seen = {
    file: 'crm.js',
    name: 'InviteSent',
    on_failure: 'allow',
    first_seen_at: at,
    last_seen_at: at,
  }
  await db('hook_functions').insert({ hook, priority: 1, ...seen })
  const dates = { next_attempt_at: at, created_at: at, updated_at: at }
  const delivery = { event_id: eventId, hook, priority: 1, status: 'failed', ...dates }
  await db('hook_deliveries').insert(delivery)
  const { id: deliveryId } = await db('hook_deliveries').first()
  return { emailId, eventId, deliveryId, hook: encodeURIComponent(hook) }
}

/** A contact of a client, by its id. */
export async function plantContact(db: Db, client_id: number): Promise<string> {
  const at = new Date().toISOString()
  const who = {
    first_name: 'Nora',
    last_name: 'Acme',
    email: 'nora@example.com',
    phone: '',
    kinds: 'invoice',
  }
  await db('contacts').insert({ ...who, client_id, created_at: at, updated_at: at })
  return String((await db('contacts').where({ client_id, email: who.email }).first()).id)
}
