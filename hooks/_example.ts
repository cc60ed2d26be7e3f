// Three hooks. Copy this file to example.ts, start Latchkey again, and watch its output while you invite somebody.

import type { AddHook } from '#hooks'

export default (addHook: AddHook) => {
  addHook('InviteSent', 1, ({ client, invitation, actor }) => {
    console.log(`${actor.name} invited ${invitation.email} to ${client.name}, until ${invitation.expiresAt}`)
  })

  addHook('UserAssociated', 1, ({ client, user, permissions }) => {
    console.log(
      `${user.firstName} ${user.lastName} may now act for ${client.name}: ${permissions.join(', ')}`,
    )
  })

  // Hooks may wait for something, 10 seconds at most. What fails is tried again; `id` stays the same.
  addHook('OwnerChanged', 1, async ({ id, client, owner, formerOwner }) => {
    await Promise.resolve()
    console.log(`${client.name} moved from ${formerOwner.email} to ${owner.email} (event ${id})`)
  })
}
