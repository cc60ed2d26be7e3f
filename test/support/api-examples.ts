// What the examples of the document lean on: a pending invitation with the number 1, and an event that was told to an
// add-on.

import { timestamp } from '../../src/platform/clock.ts'
import { caller } from './api.ts'
import type { TestHouse } from './house.ts'

/** Is told of what the first event is about, and of invitations. */
const POINTS = ['UserAdd', 'InviteSent']
export const CRM = `module.exports = (addHook) => {
  for (const name of ${JSON.stringify(POINTS)}) addHook(name, 1, () => {})
}`

export async function plantExamples(house: TestHouse, secret: string) {
  const offer = { email: 'erin@example.com', permissions: ['tickets'] }
  await caller(house, secret)('POST', '/clients/1/invitations', offer)
  house.delivery.wake()
  await house.delivery.settled()
  const at = timestamp()
  // Workers write down which functions they have now and then: here at once.
  for (const name of POINTS) {
    const hook = `crm.js#${name}`
    const row = { file: 'crm.js', name, priority: 1, on_failure: 'allow', last_seen_at: at }
    const known = await house.db('hook_functions').where({ hook }).first()
    if (!known) await house.db('hook_functions').insert({ hook, first_seen_at: at, ...row })
  }
}
