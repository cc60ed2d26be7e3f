// What a call by WHMCS's action names knows, and the ways in which it is told no: its clients compare these words.

import { type Caller, getClientFor } from '../../domain/api-callers.ts'
import { findClientUser } from '../../domain/associations.ts'
import type { Actor } from '../../domain/change.ts'
import type { Client } from '../../domain/clients.ts'
import { NotFound } from '../../domain/refusal.ts'
import type { Right } from '../../domain/rights.ts'
import { findUser } from '../../domain/users.ts'
import type { Db } from '../../platform/database.ts'
import { idOf } from '../../web/request.ts'

export type Answer = { [name: string]: string | number | boolean | Answer | (string | Answer)[] }

export interface WhmcsCall {
  db: Db
  by: Actor
  caller: Caller
  /** One that was sent empty is absent, and reads as ''. */
  field: (name: string) => string
}

export interface Action {
  right: Right
  run: (call: WhmcsCall) => Promise<Answer>
}

/** Not done, in words that WHMCS has for it. What it calls a business error has status 200. */
export class Said extends Error {
  readonly status: number
  constructor(message: string, status = 200) {
    super(message)
    this.name = 'Said'
    this.status = status
  }
}

export const notAllowed = (action: string) =>
  new Said(`Invalid Permissions: API action "${action}" is not allowed`, 403)

/** One that the credential may not see is not there. */
export async function clientIn({ db, caller, field }: WhmcsCall): Promise<Client> {
  try {
    return (await getClientFor(db, caller, idOf(field('client_id')))).client
  } catch (error) {
    throw error instanceof NotFound ? new Said('Invalid client id') : error
  }
}

/** A credential for some clients does not learn which logins there are. */
export async function clientUserIn(call: WhmcsCall) {
  const id = idOf(call.field('user_id'))
  const isKnown = !call.caller.credential.all_clients || (await findUser(call.db, id))
  if (!isKnown) throw new Said('Invalid user id')
  const client = await clientIn(call)
  const user = await findClientUser(call.db, client, id)
  if (!user) throw new Said('User is not associated with client')
  return { client, user }
}

export const permissionsIn = ({ field }: WhmcsCall) =>
  field('permissions')
    .split(',')
    .map((key) => key.trim())
    .filter(Boolean)
