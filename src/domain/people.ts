// Someone who logs in: a user or an admin. What both have alike (factors, second steps, devices, sessions) takes one
// of these, so that it is written once.

import type { Db } from '../platform/database.ts'
import type { Admin } from './admins.ts'
import { NotFound, Refusal } from './refusal.ts'
import { fullName, type User } from './users.ts'

export interface Person {
  kind: 'user' | 'admin'
  id: number
  name: string
  email: string
  /** How many second factors: 0 is none. */
  factors: number
  /** By which it is told whether the password changed since. */
  passwordHash: string | null
}

export function asPerson(who: User | Admin): Person {
  const { id, email, factors, password_hash: passwordHash } = who
  return 'first_name' in who
    ? { kind: 'user', id, name: fullName(who), email, factors, passwordHash }
    : { kind: 'admin', id, name: who.name, email, factors, passwordHash }
}

/** The columns by which rows name a person. */
export const keyOf = ({ kind, id }: Pick<Person, 'kind' | 'id'>) => ({ person_kind: kind, person_id: id })

export const tableOf = ({ kind }: Pick<Person, 'kind'>) => (kind === 'user' ? 'users' : 'admins')

/** The person as they are now; refuses a login that began with a password which holds no more. */
export async function findPersonRow(db: Db, person: Person): Promise<User | Admin> {
  const row: User | Admin | undefined = await db(tableOf(person)).where({ id: person.id }).first()
  if (row?.status !== 'active') throw new NotFound()
  if (row.password_hash !== person.passwordHash) throw new Refusal('login.wrong')
  return row
}
