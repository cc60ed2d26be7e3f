// What hands over a login, or rights, asks whoever is logged in for their own password again, in the same form: an
// admin's session alone, stolen or left open, is not enough for it. Tries are counted (domain/login-tries.ts).

import type { Request } from 'express'
import { z } from 'zod'
import { provePassword } from '../domain/factors.ts'
import { asPerson } from '../domain/people.ts'
import type { Db } from '../platform/database.ts'
import { yourPassword } from '../web/form.ts'
import { currentAdmin } from '../web/request.ts'

/** For forms that confirm what needs the password. */
export const ProvenInput = z.object({ current_password: yourPassword() })

/** Refuses what is not the password of the admin who is logged in; before a transaction, never in one. */
export const prove = (db: Db, req: Request, password: string): Promise<void> =>
  provePassword(db, asPerson(currentAdmin(req)), password, 'current_password')
