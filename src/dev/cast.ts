// The sample data: the same people in the first start, the tests and the screenshots. Their passwords are
// public, so the data marks its database, and production refuses a marked one (HARD-CASES H8).

import { randomUUID } from 'node:crypto'
import type { Config } from '../config.ts'
import { record } from '../domain/activity.ts'
import { addAssociation } from '../domain/associations.ts'
import { type Change, change } from '../domain/change.ts'
import { addClient } from '../domain/clients.ts'
import { hashPassword } from '../domain/passwords.ts'
import { formatPermissions } from '../domain/permissions.ts'
import { createUser, type User } from '../domain/users.ts'
import type { Role } from '../house.ts'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'

export const PASSWORD = 'open-sesame-42'
const MARK = 'sample_data'

const ADMIN = { email: 'ada@latchkey.test', name: 'Ada Admin' }
const PEOPLE = {
  alice: { email: 'alice@example.com', first_name: 'Alice', last_name: 'Ames' },
  bob: { email: 'bob@example.com', first_name: 'Bob', last_name: 'Brown' },
  carol: { email: 'carol@example.com', first_name: 'Carol', last_name: 'Chen' },
}

const nobody = () => ({
  kind: 'system' as const,
  id: null,
  name: 'sample-data',
  ip: '',
  requestId: randomUUID(),
  entries: { next: 0 },
})

export const isSampleData = async (db: Db): Promise<boolean> =>
  Boolean(await db('settings').where({ key: MARK }).first('key'))

/** Fills an empty database; false, and nothing done, for one that has users. */
export async function fillSampleData(db: Db, hash?: string): Promise<boolean> {
  if (await db('users').first('id')) return false
  const password_hash = hash ?? (await hashPassword(PASSWORD))
  return change(db, nobody(), async (trx) => {
    if (await trx('users').first('id')) return false
    await fill(trx, password_hash)
    return true
  })
}

async function fill(trx: Change, password_hash: string) {
  const at = timestamp()
  await trx('settings').insert({ key: MARK, value: at, updated_at: at })
  await trx('admins').insert({ ...ADMIN, password_hash, created_at: at, updated_at: at })
  const add = (person: (typeof PEOPLE)['alice']) =>
    createUser(trx, { ...person, password_hash, email_verified_at: at })
  const [alice, bob, carol] = [await add(PEOPLE.alice), await add(PEOPLE.bob), await add(PEOPLE.carol)]
  const acme = await open(trx, alice, 'Acme Hosting')
  await open(trx, alice, 'Ames Consulting')
  await open(trx, bob, 'Brown Bakery')
  await open(trx, carol, 'Chen Labs')
  await addAssociation(trx, acme, bob, formatPermissions(['products', 'invoices', 'tickets']))
  // Whoever never did is offered no account.
  await trx('users').update({ last_login_at: at })
  await record(trx, 'sample.filled')
}

const open = (trx: Change, owner: User, company_name: string) => {
  const { first_name, last_name, email } = owner
  const empty = { address1: '', address2: '', city: '', state: '', postcode: '', country: '', phone: '' }
  return addClient(trx, owner, { company_name, first_name, last_name, email, ...empty })
}

export function printWelcome(config: Config, filled: boolean, role: Role) {
  if (role === 'worker') return console.log('Latchkey is ready: mail, hooks and jobs are worked off here.')
  const rows = [
    ['Ada Admin', ADMIN.email, `${config.appUrl}/admin`],
    ['Alice Ames', PEOPLE.alice.email, 'owns Acme Hosting and Ames Consulting'],
    ['Bob Brown', PEOPLE.bob.email, 'owns Brown Bakery; user of Acme Hosting'],
    ['Carol Chen', PEOPLE.carol.email, 'owns Chen Labs'],
  ]
  const table = rows.map(([name, email, what]) => `  ${name?.padEnd(11)} ${email?.padEnd(19)} ${what}`)
  const mail = config.smtpUrl ? 'Mail goes out by SMTP_URL.' : `Mail waits at ${config.appUrl}/dev/mail`
  console.log(
    [
      '',
      `Latchkey is ready: ${config.appUrl}`,
      ...(filled ? ['Sample data was filled in.'] : []),
      '',
      ...table,
      `  Everyone's password is ${PASSWORD}`,
      '',
      mail,
      'This is the sample mode, for this machine alone. docs/operating.md tells how to run Latchkey for real.',
      '',
    ].join('\n'),
  )
}
