// What the examples of the document lean on: a pending invitation with the number 1, and an event that was told to an
// add-on.

import { timestamp } from '../../src/platform/clock.ts'
import { caller } from './api.ts'
import type { TestHouse } from './house.ts'

export const CRM = "module.exports = (addHook) => addHook('InviteSent', 1, () => {})"
const HOOK = 'crm.js#InviteSent'

export async function plantExamples(house: TestHouse, secret: string) {
  const offer = { email: 'erin@example.com', permissions: ['tickets'] }
  await caller(house, secret)('POST', '/clients/1/invitations', offer)
  house.delivery.wake()
  await house.delivery.settled()
  if (await house.db('hook_functions').where({ hook: HOOK }).first()) return
  const at = timestamp()
  const [file, name] = HOOK.split('#')
  const seen = { first_seen_at: at, last_seen_at: at }
  await house
    .db('hook_functions')
    .insert({ hook: HOOK, file, name, priority: 1, on_failure: 'allow', ...seen })
}
