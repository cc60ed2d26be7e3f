// Mail that anybody can have sent to an address by typing it somewhere: so many in an hour, so that nobody is pestered
// through us (HARD-CASES H17). By the day there is no limit: the latest that came works for that hour, whoever asked for
// it, so that no stranger can use up the way to a new password. It is counted by the worker, just before it goes out, so the page answers
// the same and as fast for every address. One too many is dropped and not held back: its link would not live that long.
// What an admin sends is not counted: it helps whoever gets no more because somebody else used it up.

import type { Db } from '../platform/database.ts'
import type { Change } from './change.ts'
import type { Email } from './emails.ts'
import { countTry, forgiveTry } from './limits.ts'
import { TooMany, type Values } from './refusal.ts'

const ASKED = new Set([
  'password-reset',
  'admin-reset',
  'register',
  'register-known',
  'verify',
  'email-change',
  'email-change-known',
])

const LIMIT = 'mailsToAddress'

/** What is kept of such a message says when an admin sent it. */
export const withSender = (trx: Change, template: string, data: Values): Values =>
  ASKED.has(template) && trx.by.kind === 'admin' ? { ...data, byAdmin: 1 } : data

const isCounted = ({ template, data }: Email) => ASKED.has(template) && !JSON.parse(data).byAdmin

/** Counts the message, unless its address got as many as it may. */
export async function mayGo(db: Db, email: Email): Promise<boolean> {
  if (!isCounted(email)) return true
  try {
    await countTry(db, LIMIT, email.to_address)
    return true
  } catch (error) {
    if (error instanceof TooMany) return false
    throw error
  }
}

/** It did not go out after all. */
export async function takeBack(db: Db, email: Email) {
  if (isCounted(email)) await forgiveTry(db, LIMIT, email.to_address)
}
