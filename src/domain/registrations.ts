// Creating a login by oneself. The answer is always "check your mail" (HARD-CASES H17): a mailed link proves
// the address and creates the login with a first client account; whoever has a login already gets a mail that
// says so. The link alone is not enough where it could be somebody else's trick: the browser that asked
// confirms with one click, any other must know the password that was chosen.

import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { addClient, type Client } from './clients.ts'
import { queueEmail } from './emails.ts'
import { fire } from './hooks.ts'
import { fingerprint, newNonce, readToken } from './links.ts'
import { actorOf, chooseClient } from './logins.ts'
import { checkPassword, hashPassword, verifyPassword } from './passwords.ts'
import { Refusal } from './refusal.ts'
import { lastSettings } from './settings.ts'
import {
  askToAdd,
  createUser,
  describeUser,
  findUser,
  findUserByEmail,
  lowerCase,
  type NewUser,
  type User,
} from './users.ts'

export interface Registration {
  id: number
  email: string
  first_name: string
  last_name: string
  company_name: string
  password_hash: string
  browser_hash: string
  nonce: string
  expires_at: string
  used_at: string | null
}

const LINK_MINUTES = 60

/** Sends the mail. `browser` is a secret that this browser keeps. The same work is done for a known address. */
export async function register(
  db: Db,
  by: Actor,
  input: NewUser & { company_name: string; password: string },
  browser: string,
): Promise<void> {
  const { password, ...person } = input
  const chosenFor = { email: input.email, product: lastSettings(db).name }
  checkPassword(password, chosenFor)
  // Of any address, so that nobody learns by it which has a login (HARD-CASES H17).
  await askToAdd(by, person)
  const password_hash = await hashPassword(password, chosenFor)
  const email = lowerCase(input.email)
  await change(db, by, async (trx) => {
    const [row] = await trx('registrations').insert({
      ...person,
      email,
      password_hash,
      browser_hash: fingerprint(browser),
      nonce: newNonce(),
      expires_at: inMinutes(LINK_MINUTES),
      created_at: timestamp(),
    })
    await record(trx, 'register.requested', { email })
    const known = await findUserByEmail(trx, email)
    // Looked for whatever the address is, so that each takes as long (HARD-CASES H17).
    const now = await findUser(trx, known?.merged_into_id ?? 0)
    const data = { name: input.first_name, row: Number(row), ...(now && { login: now.email }) }
    await queueEmail(trx, known ? 'register-known' : 'register', { to: email, user: known, data })
  })
}

const readRegistration = (db: Db, token: string) =>
  readToken('register', token, (id) => db<Registration>('registrations').where({ id }).first())

/** The registration behind a link that still works. */
export async function findRegistration(db: Db, token: string): Promise<Registration | undefined> {
  const row = await readRegistration(db, token)
  return row && !row.used_at && row.expires_at > timestamp() ? row : undefined
}

export const isSameBrowser = (registration: Registration, browser: string | undefined) =>
  browser !== undefined && fingerprint(browser) === registration.browser_hash

/** Creates the login, its address proven, and the first client account; once. */
export async function finishRegistration(
  db: Db,
  by: Actor,
  token: string,
  proof: { browser: string | undefined; password: string },
): Promise<{ user: User; client: Client }> {
  const found = await findRegistration(db, token)
  if (!found) return finishedBefore(db, token, proof.browser)
  if (!isSameBrowser(found, proof.browser) && !(await verifyPassword(found.password_hash, proof.password)))
    throw new Refusal('register.wrongPassword', 'password')
  const made = await change(db, by, async (trx) => {
    const used = await trx('registrations')
      .where({ id: found.id, used_at: null })
      .update({ used_at: timestamp() })
    return used === 1 ? addUser(trx, found) : undefined
  })
  return made ?? finishedBefore(db, token, proof.browser)
}

/**
 * A second click in the browser that asked, when the first one has made the login: it leads in as well, while that has
 * the password it was made with. The address alone may be another login's by now.
 */
async function finishedBefore(db: Db, token: string, browser: string | undefined) {
  const row = await readRegistration(db, token)
  const isOwn = row?.used_at && row.expires_at > timestamp() && isSameBrowser(row, browser)
  const user = isOwn ? await findUserByEmail(db, row.email) : undefined
  const isSame = user?.status === 'active' && user.password_hash === row?.password_hash
  const client = isSame ? await chooseClient(db, user) : undefined
  if (!user || !client) throw new Refusal('link.dead')
  return { user, client }
}

async function addUser(trx: Change, found: Registration) {
  const { email, first_name, last_name, password_hash, company_name } = found
  const person = { email, first_name, last_name }
  const user = await createUser(trx, { ...person, password_hash, email_verified_at: timestamp() })
  trx.by = actorOf(user, trx.by)
  await fire(trx, 'UserEmailVerificationComplete', { user: describeUser(user) })
  const nothing = { address1: '', address2: '', city: '', state: '', postcode: '', country: '', phone: '' }
  return { user, client: await addClient(trx, user, { ...person, company_name, ...nothing }) }
}
