// What still waits to be sent of an invitation is over the moment that it ends or is sent again (HARD-CASES H11), and not
// when its turn comes, which may be a day later. A message that a worker has in hand is left to it (H12): just before it
// sends it asks the same (email-links.ts).

import type { Change } from './change.ts'
import { byNoIndex } from './pages.ts'

/** Inside the transaction that ended them or sends them again. */
export const supersedeMail = (trx: Change, invitationIds: number[]) =>
  trx('emails')
    .whereIn('invitation_id', invitationIds)
    .where({ claim_token: null })
    .whereRaw(`${byNoIndex('status')} = 'waiting'`)
    .update({ status: 'superseded' })
