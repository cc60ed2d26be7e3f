// Deleting a login, once, and only while it has no client. The row stays for the history that names its id, without
// anything personal: an address that can be neither typed nor mailed takes the place of the real one, which is free for
// a new login. Whoever gives access takes the login's row too (takeUser), so of the two at once one is refused.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { forgetRequests } from './access-requests.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { endLogin } from './ending-logins.ts'
import { listMergedInto } from './merged-logins.ts'
import { forgetTokens } from './personal-tokens.ts'
import { Refusal } from './refusal.ts'
import { getUser, type User } from './users.ts'
import { keepWords } from './words.ts'

export const deleteUser = (db: Db, by: Actor, user: User) =>
  change(db, by, async (trx) => {
    const taken = await trx('users')
      .where({ id: user.id })
      .whereIn('status', ['active', 'disabled'])
      .update({ status: 'deleted', updated_at: timestamp() })
    if (taken !== 1) throw new Refusal('login.notSo')
    const current = await getUser(trx, user.id)
    await mustHaveNoClient(trx, current)
    for (const one of [current, ...(await listMergedInto(trx, current))]) {
      await endLogin(trx, one)
      await forget(trx, one)
    }
    await record(trx, 'user.deleted', { user, email: current.email })
  })

async function mustHaveNoClient(trx: Change, { id }: User) {
  const associated = await trx('associations').where({ user_id: id }).first('user_id')
  const owned = await trx('clients').where({ owner_id: id }).first('id')
  if (associated || owned) throw new Refusal('login.delete.hasClients')
}

/** The links that were mailed name the address, too. */
async function forget(trx: Change, user: User) {
  const { id, email } = user
  await forgetRequests(trx, user)
  await forgetTokens(trx, user)
  await trx('password_resets').where({ email, person_kind: 'user' }).delete()
  await trx('registrations').where({ email }).delete()
  for (const table of ['email_verifications', 'email_changes'])
    await trx(table).where({ user_id: id }).delete()
  const [name, address] = [`deleted user ${id}`, `deleted-${id}`]
  const search_text = `${name} ${address}`
  await trx('users').where({ id }).update({
    email: address,
    first_name: name,
    last_name: '',
    search_text,
    password_hash: null,
    email_verified_at: null,
    last_login_at: null,
    last_login_ip: null,
    review_asked_at: null,
  })
  await keepWords(trx, 'users', id, search_text)
}
