// What users write about themselves, or admins for them, and the address in the row of the login: what is found by
// search and told to hooks follows both.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { takePerson } from './factors.ts'
import { fire } from './hooks.ts'
import { asPerson } from './people.ts'
import { Refusal } from './refusal.ts'
import { searchText } from './search.ts'
import { describeUser, getUser, isTaken, type Language, type User } from './users.ts'
import { keepWords } from './words.ts'

export interface OwnProfile {
  first_name: string
  last_name: string
  language: Language
}

/**
 * Replaces the profile, or some of it. Says in the log what was before and after; nothing where nothing is different.
 * `mustBe` refuses when what is there now is not what whoever edits has seen.
 */
export const editUser = (
  db: Db,
  by: Actor,
  user: User,
  profile: Partial<OwnProfile>,
  mustBe: (now: User) => void = () => {},
) => change(db, by, (trx) => saveUser(trx, user, profile, mustBe))

/** The same inside a transaction that does more. */
export async function saveUser(
  trx: Change,
  user: User,
  profile: Partial<OwnProfile>,
  mustBe: (now: User) => void = () => {},
) {
  await takePerson(trx, asPerson(user))
  const before = await getUser(trx, user.id)
  if (before.status !== 'active' && before.status !== 'disabled') throw new Refusal('login.notSo')
  mustBe(before)
  const keys = Object.keys(profile) as (keyof OwnProfile)[]
  const changed = keys.filter((key) => profile[key] !== before[key])
  if (changed.length === 0) return
  const now = { ...before, ...profile }
  const search_text = searchText(now.first_name, now.last_name, before.email)
  await trx('users')
    .where({ id: user.id })
    .update({ ...profile, search_text, updated_at: timestamp() })
  await keepWords(trx, 'users', user.id, search_text)
  const was = Object.fromEntries(changed.map((key) => [key, before[key]]))
  const is = Object.fromEntries(changed.map((key) => [key, now[key]]))
  await record(trx, 'user.edited', { user, email: before.email, before: was, after: is })
  await fire(trx, 'UserEdit', { user: describeUser(now), before: was, after: is })
}

/** Gives the login another address, proven unless `more` says otherwise; refuses one that has a login. */
export async function setAddress(trx: Change, user: User, email: string, more: Partial<User> = {}) {
  if (await isTaken(trx, email, user)) throw new Refusal('user.emailTaken')
  const at = timestamp()
  const search_text = searchText(user.first_name, user.last_name, email)
  const rows = await trx('users')
    .where({ id: user.id, email: user.email, status: 'active' })
    .update({ email, search_text, email_verified_at: at, updated_at: at, ...more })
    .catch((error) => {
      throw isDuplicate(error) ? new Refusal('user.emailTaken') : error
    })
  if (rows !== 1) throw new Refusal('link.dead')
  await keepWords(trx, 'users', user.id, search_text)
  const after = await getUser(trx, user.id)
  const [was, is] = [{ email: user.email }, { email }]
  await record(trx, 'user.edited', { user, email: user.email, before: was, after: is })
  await fire(trx, 'UserEdit', { user: describeUser(after), before: was, after: is })
  return after
}
