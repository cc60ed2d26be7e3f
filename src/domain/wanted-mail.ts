// Which mail about an account each of its users wants: what is not ticked is kept, so a new kind is wanted by all. It is
// asked in one place, when a message is queued. What tells of danger is no kind and always sent: logins, passwords,
// another owner, and what becomes of one's own access. Whoever got in by a stolen session cannot silence that.

import type { Change } from './change.ts'
import type { Values } from './refusal.ts'

export const MAIL_KINDS = ['invited', 'joined', 'declined', 'left', 'permissions'] as const
export type MailKind = (typeof MAIL_KINDS)[number]

const KIND_OF: Record<string, MailKind> = {
  'invitation-sent': 'invited',
  'invitations-sent': 'invited',
  'invitation-accepted': 'joined',
  'invitation-declined': 'declined',
  'user-left': 'left',
  'permissions-changed': 'permissions',
}
/** Told to both sides; only the owner can do without, for the other it is their own access. */
const OF_OWNER = ['access-ends-soon', 'access-ended', 'access-suspended', 'access-resumed']

export const parseKinds = (text: string): MailKind[] =>
  MAIL_KINDS.filter((kind) => text.split(',').includes(kind))

/** Whether this is what choosing would have stored. */
export const isWellKept = (text: string) => parseKinds(text).join() === text

const kindOf = (template: string, { side }: Values) =>
  OF_OWNER.includes(template) && side === 'owner' ? 'left' : KIND_OF[template]

/** Whether this user chose not to get this message about this account. */
export async function isUnwanted(
  trx: Change,
  template: string,
  { client, user, data }: { client?: { id: number }; user?: { id: number } | undefined; data: Values },
): Promise<boolean> {
  const kind = kindOf(template, data)
  if (!kind || !client || !user) return false
  const row = await trx('associations')
    .where({ client_id: client.id, user_id: user.id })
    .first('unwanted_mail')
  return parseKinds(row?.unwanted_mail ?? '').includes(kind)
}

export const allBut = (kinds: readonly MailKind[]) => MAIL_KINDS.filter((kind) => !kinds.includes(kind))
