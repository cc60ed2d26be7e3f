// Someone who logs in: a user or an admin. What both have alike (factors, second steps, devices, sessions) takes one
// of these, so that it is written once.

import type { Db } from '../platform/database.ts'
import type { Admin } from './admins.ts'
import { NotFound } from './refusal.ts'
import { fullName, type User } from './users.ts'

export interface Person {
  kind: 'user' | 'admin'
  id: number
  name: string
  email: string
  /** How many second factors: 0 is none. */
  factors: number
}

export const asPerson = (who: User | Admin): Person =>
  'first_name' in who
    ? { kind: 'user', id: who.id, name: fullName(who), email: who.email, factors: who.factors }
    : { kind: 'admin', id: who.id, name: who.name, email: who.email, factors: who.factors }

/** The columns by which rows name a person. */
export const keyOf = ({ kind, id }: Pick<Person, 'kind' | 'id'>) => ({ person_kind: kind, person_id: id })

export const tableOf = ({ kind }: Pick<Person, 'kind'>) => (kind === 'user' ? 'users' : 'admins')

/** The person as they are now. */
export async function findPersonRow(db: Db, person: Pick<Person, 'kind' | 'id'>): Promise<User | Admin> {
  const row: User | Admin | undefined = await db(tableOf(person)).where({ id: person.id }).first()
  if (row?.status !== 'active') throw new NotFound()
  return row
}
