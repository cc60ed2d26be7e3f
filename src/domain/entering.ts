// When a user last entered a client: for lists, and for where the next login starts. Nothing depends on it.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { actFor } from './sessions.ts'

/** Marks that a user enters a client: what "last login" means there. */
export const markEntered = (db: Db, client: { id: number }, user: { id: number }) =>
  transaction(
    db,
    (trx) =>
      trx('associations')
        .where({ client_id: client.id, user_id: user.id })
        .update({ last_login_at: timestamp() }),
    HARMLESS,
  )

/** From the next request on the session acts for this client, which its user has entered. */
export const enterClient = (db: Db, sessionId: string, client: { id: number }, user: { id: number }) =>
  transaction(
    db,
    async (trx) => {
      await actFor(trx, sessionId, client)
      await markEntered(trx, client, user)
    },
    HARMLESS,
  )
