// Invitations: WHMCS sends them; to list, resend and cancel them is ours.

import {
  cancelInvitation,
  findInvitation,
  type Invitation,
  type ListedInvitation,
  listEarlier,
  listPending,
} from '../../domain/invitations.ts'
import { invite, resendInvitation } from '../../domain/inviting.ts'
import { emailField } from '../../web/form.ts'
import { idOf } from '../../web/request.ts'
import { type Action, clientIn, permissionsIn, Said, type WhmcsCall } from './call.ts'

const Email = emailField()

const shown = (one: ListedInvitation) => ({
  ...{ id: one.id, email: one.email, status: one.status, permissions: one.permissions },
  ...{ invitedby: one.inviter, sent: one.sent_at, expires: one.expires_at },
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
      const all = [...(await listPending(call.db, client)), ...(await listEarlier(call.db, client))]
      return { result: 'success', totalresults: all.length, invites: { invite: all.map(shown) } }
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
