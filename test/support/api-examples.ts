// What the examples of the document lean on beside the sample data: an add-on that is told of new users, and here of
// invitations as well.

import { timestamp } from '../../src/platform/clock.ts'
import type { TestHouse } from './house.ts'

const POINTS = ['UserAdd', 'InviteSent']
export const CRM = `module.exports = (addHook) => {
  for (const name of ${JSON.stringify(POINTS)}) addHook(name, 1, () => {})
}`

/** Workers write down which functions they have now and then: here at once. */
export async function writeDownFunctions({ db, delivery }: TestHouse) {
  delivery.wake()
  await delivery.settled()
  const at = timestamp()
  for (const name of POINTS) {
    const hook = `crm.js#${name}`
    const row = { file: 'crm.js', name, priority: 1, on_failure: 'allow', last_seen_at: at }
    const known = await db('hook_functions').where({ hook }).first()
    if (!known) await db('hook_functions').insert({ hook, first_seen_at: at, ...row })
  }
}
