// Several addresses invited at once: each in a transaction of its own, answered as if it had come alone (R22). What is
// wrong with all of them is said once, before any is sent; what one is refused undoes nothing of another.

import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { readEnd } from './access-times.ts'
import type { Actor } from './change.ts'
import type { Client } from './clients.ts'
import type { Invitation } from './invitations.ts'
import { sendOff, type Together } from './invited-mail.ts'
import { type Invite, invite } from './inviting.ts'
import { mustMayWrite } from './inviting-limits.ts'
import { endWithin, mustHold, reachOf } from './managing.ts'
import { choosePermissions } from './permissions.ts'
import { Refusal, TooMany } from './refusal.ts'
import { lowerCase } from './users.ts'

export const AT_ONCE_MAX = 50
/** Each address asks the add-ons, which may take their time: what is left then comes back to be sent again. */
const TRIED_FOR_MINUTES = 1 / 3

/** What became of one address of several: why it was not invited, or that it is. */
export interface Invited {
  typed: string
  invitation?: Invitation
  replaced?: boolean
  refused?: Refusal | TooMany
}

type Sent = Awaited<ReturnType<typeof invite>>

interface How {
  /** Makes an address of what was typed, or refuses it. */
  read: (typed: string) => string
  /** Sees to it that a call that comes twice sends to each address once. */
  once?: (email: string, send: () => Promise<Sent>) => Promise<Sent>
}

export async function inviteMany(
  db: Db,
  by: Actor,
  client: Client,
  list: string[],
  what: Omit<Invite, 'email'>,
  { read, once = (_, send) => send() }: How,
): Promise<Invited[]> {
  const reach = await reachOf(db, by, client)
  mustHold(reach, choosePermissions(what.permissions))
  endWithin(reach, readEnd(what.endsOn ?? ''))
  if (what.message) await mustMayWrite(db, by)
  const together: Together = {}
  const inviteOne = (typed: string) => {
    const email = read(typed)
    return once(email, () => invite(db, by, client, { ...what, email }, together))
  }
  try {
    return await oneByOne(list, inviteOne)
  } finally {
    await sendOff(db, together)
  }
}

async function oneByOne(list: string[], inviteOne: (typed: string) => Promise<Sent>): Promise<Invited[]> {
  const seen = new Set<string>()
  const outcomes: Invited[] = []
  const until = inMinutes(TRIED_FOR_MINUTES)
  for (const typed of list)
    try {
      const address = lowerCase(typed)
      if (seen.has(address)) throw new Refusal('invite.list.twice', 'email')
      seen.add(address)
      if (timestamp() > until) throw new Refusal('invite.list.noTime', 'email')
      outcomes.push({ typed, ...(await inviteOne(typed)) })
    } catch (refused) {
      if (!(refused instanceof Refusal || refused instanceof TooMany)) throw refused
      // Says nothing of the address: another does this very call.
      if (refused.key === 'api.inProgress') throw refused
      outcomes.push({ typed, refused })
    }
  return outcomes
}
