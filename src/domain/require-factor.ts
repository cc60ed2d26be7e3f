// The owner may ask two-factor of everyone who acts for the account. Who has none is led to set it up before they
// see anything of it; so the owner has to have one first.

import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, change, takeClient } from './change.ts'
import type { Client } from './clients.ts'
import { mustManageAsOwner } from './managing.ts'
import { NotFound, Refusal } from './refusal.ts'
import { getUser, type User } from './users.ts'

export const requireFactor = (db: Db, by: Actor, client: Client, owner: User, isRequired: boolean) =>
  change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    if (current.owner_id !== owner.id) throw new NotFound()
    await mustManageAsOwner(trx, current)
    if (isRequired && (await getUser(trx, owner.id)).factors === 0) throw new Refusal('requireFactor.first')
    await trx('clients')
      .where({ id: client.id })
      .update({ require_factor: isRequired ? 1 : 0 })
    if (isRequired) await record(trx, 'requireFactor.on', { client })
    else await record(trx, 'requireFactor.off', { client })
  })
