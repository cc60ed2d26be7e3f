// What becomes of somebody's access is told to both sides, the person and the owner; never to who did it themselves.

import { type Change, doneBy } from './change.ts'
import { type Client, clientName } from './clients.ts'
import { queueEmail } from './emails.ts'
import type { Values } from './refusal.ts'
import { fullName, getUser, type User } from './users.ts'

type Kind = 'access-ends-soon' | 'access-ended' | 'access-suspended' | 'access-resumed'

export async function tellBoth(trx: Change, kind: Kind, client: Client, user: User, more: Values = {}) {
  const owner = await getUser(trx, client.owner_id)
  const sides = [
    ['user', user],
    ['owner', owner],
  ] as const
  const { by } = trx
  for (const [side, reader] of sides) {
    if (by.kind === 'user' && by.id === reader.id && !by.admin) continue
    const about = { client: clientName(client), user: fullName(user), name: fullName(reader) }
    const data = { ...about, ...doneBy(by), ...more, side }
    await queueEmail(trx, kind, { to: reader.email, user: reader, client, data })
  }
}
