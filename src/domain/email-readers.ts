// Who reads in Email History what was sent about an account: everyone with the permission what concerns the account,
// its owner also what says who got access (R10), each of the others of that only what was sent to themselves. What is
// about a login, or for admins, is nobody's here. Every template is decided on below, and one that is not is shown to
// nobody. Only what was really sent is history.

import type { Knex } from 'knex'
import type { Db } from '../platform/database.ts'
import type { Client } from './clients.ts'
import { countEmails, findEmail, type LoggedEmail, listEmails } from './email-log.ts'
import { loginsOf } from './merged-logins.ts'
import type { Found } from './pages.ts'

export type Audience = 'account' | 'owner' | 'nobody'

export const EMAIL_AUDIENCE: Record<string, Audience> = {
  'owner-received': 'account',
  'owner-handed-over': 'account',
  invitation: 'owner',
  'invitation-sent': 'owner',
  'invitations-sent': 'owner',
  'invitation-accepted': 'owner',
  'invitation-declined': 'owner',
  'permissions-changed': 'owner',
  'access-removed': 'owner',
  'access-suspended': 'owner',
  'access-resumed': 'owner',
  'access-end-changed': 'owner',
  'access-ends-soon': 'owner',
  'access-ended': 'owner',
  'user-left': 'owner',
  'invitation-reminder': 'owner',
  'transfer-requested': 'owner',
  'transfer-requested-for': 'owner',
  'transfer-offered': 'owner',
  'transfer-offered-for': 'owner',
  'transfer-declined': 'owner',
  'transfer-cancelled': 'owner',
  'transfer-expired': 'owner',
  register: 'nobody',
  'register-known': 'nobody',
  verify: 'nobody',
  'password-reset': 'nobody',
  'password-changed': 'nobody',
  'email-change': 'nobody',
  'email-change-known': 'nobody',
  'email-back': 'nobody',
  'email-restored': 'nobody',
  'email-set': 'nobody',
  'new-device': 'nobody',
  'two-factor-on': 'nobody',
  'two-factor-off': 'nobody',
  'factor-removed': 'nobody',
  'passkey-added': 'nobody',
  'passkey-removed': 'nobody',
  'recovery-code-used': 'nobody',
  'recovery-codes-renewed': 'nobody',
  'login-merged': 'nobody',
  'token-made': 'nobody',
  'access-request': 'nobody',
  'access-review': 'nobody',
  'admin-welcome': 'nobody',
  'admin-reset': 'nobody',
  'admin-changed': 'nobody',
  'admin-factor-removed': 'nobody',
  'admin-password-changed': 'nobody',
}

const templatesFor = (audience: Audience) =>
  Object.keys(EMAIL_AUDIENCE).filter((template) => EMAIL_AUDIENCE[template] === audience)

/** Somebody who acts for this client. */
export interface EmailReader {
  client: Client
  user: { id: number }
}

/** Those of the outbox, called `e`, that this reader may see. */
async function readable(db: Db, { client, user }: EmailReader) {
  const logins = await loginsOf(db, user)
  const isOwner = client.owner_id === user.id
  return (query: Knex.QueryBuilder) =>
    query.where({ 'e.client_id': client.id, 'e.status': 'sent' }).where((either) => {
      either.whereIn('e.template', templatesFor('account')).orWhere((theirs) => {
        theirs.whereIn('e.template', templatesFor('owner'))
        if (!isOwner) theirs.whereIn('e.user_id', logins)
      })
    })
}

/** Newest first, a page at a time: `before` is the id that the page before ended with. */
export const listAccountEmails = async (
  db: Db,
  reader: EmailReader,
  looked: { search: string; before: number; limit: number },
): Promise<Found<LoggedEmail>> =>
  listEmails(db, { ...looked, client: reader.client, only: await readable(db, reader) })

/** How many of them; nothing for a search. */
export const countAccountEmails = async (db: Db, reader: EmailReader, looked: { search: string }) =>
  countEmails(db, { ...looked, client: reader.client, only: await readable(db, reader), limit: 0 })

/** One of them; any other is not there. */
export const findAccountEmail = async (
  db: Db,
  reader: EmailReader,
  id: number,
): Promise<LoggedEmail | undefined> => findEmail(db, id, await readable(db, reader))
