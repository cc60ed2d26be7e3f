// Invitations: WHMCS sends them; to list, resend and cancel them is ours.

import { cancelInvitation, findInvitation, type Invitation } from '../../domain/invitations.ts'
import { invite, resendInvitation } from '../../domain/inviting.ts'
import { type ListedInvitation, pageOfEarlier, pageOfPending } from '../../domain/listing-invitations.ts'
import { emailField } from '../../web/form.ts'
import { idOf } from '../../web/request.ts'
import { type Action, clientIn, permissionsIn, Said, type WhmcsCall } from './call.ts'
import { dateTime, stretchIn } from './lists.ts'

const Email = emailField()
/** More than a client can have. */
const PENDING_MAX = 10_000

const shown = (one: ListedInvitation) => ({
  ...{ id: one.id, email: one.email, status: one.status, permissions: one.permissions },
  ...{ invitedby: one.inviter, sent: dateTime(one.sent_at), expires: dateTime(one.expires_at) },
})

async function invitationIn(call: WhmcsCall) {
  const client = await clientIn(call)
  const invitation: Invitation | undefined = await findInvitation(
    call.db,
    client,
    idOf(call.field('invite_id')),
  )
  if (!invitation) throw new Said('Invalid invite id')
  return { client, invitation }
}

export const invitations: Record<string, Action> = {
  createclientinvite: {
    right: 'invite',
    run: async (call) => {
      const email = call.field('email').trim()
      if (!email) throw new Said('Email is required')
      const client = await clientIn(call)
      if (!Email.safeParse(email).success) throw new Said('The email address entered is not valid')
      const permissions = permissionsIn(call)
      if (permissions.length === 0) throw new Said('User permissions are required')
      await invite(call.db, call.by, client, { email, permissions })
      return { result: 'success' }
    },
  },

  getclientinvites: {
    right: 'list-clients',
    run: async (call) => {
      const client = await clientIn(call)
      const pending = await pageOfPending(call.db, client, { size: PENDING_MAX })
      const earlier = await pageOfEarlier(call.db, client)
      const all = [...pending.list, ...earlier.list]
      const { start, limit } = stretchIn(call)
      const asked = all.slice(start, start + limit)
      const figures = { totalresults: all.length, startnumber: start, numreturned: asked.length }
      return { result: 'success', ...figures, invites: { invite: asked.map(shown) } }
    },
  },

  resendclientinvite: {
    right: 'invite',
    run: async (call) => {
      const { client, invitation } = await invitationIn(call)
      await resendInvitation(call.db, call.by, client, invitation)
      return { result: 'success' }
    },
  },

  cancelclientinvite: {
    right: 'invite',
    run: async (call) => {
      const { client, invitation } = await invitationIn(call)
      await cancelInvitation(call.db, call.by, client, invitation)
      return { result: 'success' }
    },
  },
}
