// What the examples of the document lean on: a pending invitation with the number 1, an event that was told to an
// add-on, a disabled login of no client with the number 4, and what it takes to offer clients 1 and 3.

import { timestamp } from '../../src/platform/clock.ts'
import { caller } from './api.ts'
import type { TestHouse } from './house.ts'
import { letIn } from './transfers.ts'

/** Is told of what the first event is about, and of invitations. */
const POINTS = ['UserAdd', 'InviteSent']
export const CRM = `module.exports = (addHook) => {
  for (const name of ${JSON.stringify(POINTS)}) addHook(name, 1, () => {})
}`

export async function plantExamples(house: TestHouse, secret: string) {
  const offer = { email: 'erin@example.com', permissions: ['tickets'] }
  await caller(house, secret)('POST', '/clients/1/invitations', offer)
  const frank = { email: 'frank@example.com', first_name: 'Frank', last_name: 'Fox' }
  await caller(house, secret)('POST', '/users', frank)
  await caller(house, secret)('POST', '/users/4/disable')
  await letIn(house, 'Brown Bakery', 'alice')
  await house.db('users').whereIn('id', [1, 2]).update({ last_login_at: timestamp() })
  await caller(house, secret)('POST', '/clients/3/transfers', { user_id: 1 })
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
