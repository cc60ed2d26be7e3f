// Whoever holds the link may accept: as the user they are logged in as, or as a new user with any address
// (R18). Every dead link, whatever killed it, is one and the same answer (R17); only the user who accepted
// it is led on into the account (R20). Of many acceptances at once the guarded update lets one win, and the
// association is written in the same transaction (R21). Accepting proves no address (R19).

import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { addAssociation, findClientOf, findClientUser } from './associations.ts'
import { type Actor, type Change, change, takeClient } from './change.ts'
import { type Client, clientName, describeClient, findClient } from './clients.ts'
import { queueEmail } from './emails.ts'
import { writeDownEnd } from './ending-access.ts'
import { fire } from './hooks.ts'
import { describeInvitation, endInvitation, type Invitation, isOpen } from './invitations.ts'
import { readToken } from './links.ts'
import { listMergedInto, loginNow } from './merged-logins.ts'
import { type Offer, offerNow } from './offers.ts'
import { Refusal } from './refusal.ts'
import { readSettings } from './settings.ts'
import {
  askToAdd,
  createUser,
  describeUser,
  fullName,
  getUser,
  type NewUser,
  takeUser,
  type User,
} from './users.ts'
import { sendVerification } from './verifications.ts'

export const DECLINE_WORD_MAX = 500

const findById = (db: Db) => (id: number) => db<Invitation>('invitations').where({ id }).first()

/** The offer behind a link, while it stands; a refusal that is the same for every dead link. */
export async function getOffer(db: Db, token: string): Promise<Offer> {
  const invitation = await readToken('invite', token, findById(db))
  const client = invitation && isOpen(invitation) && (await findClient(db, invitation.client_id))
  const offer = client && (await offerNow(db, client, invitation))
  if (!offer) throw new Refusal('invite.dead')
  return offer
}

/** The client that this user joined by this very link, while they may enter it. */
export async function findJoined(db: Db, token: string, user: User | undefined): Promise<Client | undefined> {
  const invitation = user && (await readToken('invite', token, findById(db)))
  const by = invitation?.accepted_by_user_id
  if (!user || !by || (await loginNow(db, by)) !== user.id) return undefined
  const joined = await findClientOf(db, user, invitation.client_id)
  return joined?.client.status === 'closed' ? undefined : joined?.client
}

/** Accepts as this user. Refuses, without using the link up, whoever is associated already (R20). */
export const accept = (db: Db, by: Actor, token: string, user: User): Promise<Client> =>
  change(db, by, (trx) => acceptAs(trx, token, () => takeUser(trx, user)))

/** Creates the login and accepts, both or neither. `by` becomes the new user. */
export async function registerAndAccept(
  db: Db,
  by: Actor,
  token: string,
  input: NewUser & { password_hash: string },
): Promise<{ client: Client; user: User }> {
  await askToAdd(by, input)
  return change(db, by, async (trx) => {
    let created: User | undefined
    const client = await acceptAs(trx, token, async () => {
      created = await createUser(trx, input)
      trx.by = { ...by, kind: 'user', id: created.id, name: fullName(created) }
      return created
    })
    if (created) await sendVerification(trx, created)
    return { client, user: created as User }
  })
}

async function acceptAs(trx: Change, token: string, who: () => Promise<User>): Promise<Client> {
  const { client, offer } = await takeOffer(trx, token)
  const { invitation } = offer
  const user = await who()
  await writeDownEnd(trx, client, user)
  if (await findClientUser(trx, client, user.id)) throw new Refusal('accept.alreadyAssociated')
  await mustBeInvitedAddress(trx, invitation, user)
  if (!(await endInvitation(trx, invitation, 'accepted', { accepted_by_user_id: user.id })))
    throw new Refusal('invite.dead')

  await record(trx, 'invite.accepted', { client, user, sentTo: invitation.email, acceptedBy: user.email })
  await fire(trx, 'InviteAccepted', {
    client: describeClient(client),
    invitation: describeInvitation({ ...invitation, status: 'accepted' }),
    user: describeUser(user),
  })
  await addAssociation(trx, client, user, [...offer.permissions].sort().join(','), offer.endsAt)
  await tellAccepted(trx, offer, user)
  return client
}

/** *Decline*, by whoever holds the link, with a word to the inviter if they like. */
export const decline = (db: Db, by: Actor, token: string, word = ''): Promise<Client> =>
  change(db, by, async (trx) => {
    const { client, offer } = await takeOffer(trx, token)
    if (!(await endInvitation(trx, offer.invitation, 'declined', { decline_word: word })))
      throw new Refusal('invite.dead')
    const { email } = offer.invitation
    await record(trx, 'invite.declined', { client, email, ...(word && { word }) })
    await fire(trx, 'InviteDeclined', {
      client: describeClient(client),
      invitation: describeInvitation({ ...offer.invitation, status: 'declined' }),
    })
    const data = { client: clientName(client), sentTo: email, name: offer.inviter.name, word }
    await queueEmail(trx, 'invitation-declined', {
      to: offer.inviter.email,
      user: offer.inviter.user,
      client,
      data,
    })
    return client
  })

/** Takes the client behind a link, then reads the offer again as it is now. */
async function takeOffer(trx: Change, token: string) {
  const before = await readToken('invite', token, findById(trx))
  if (!before) throw new Refusal('invite.dead')
  const client = await takeClient(trx, { id: before.client_id })
  const invitation = await findById(trx)(before.id)
  const stands = invitation && invitation.nonce === before.nonce && isOpen(invitation)
  const offer = stands && (await offerNow(trx, client, invitation))
  if (!offer) throw new Refusal('invite.dead')
  return { client, offer }
}

/** The setting that demands the invited address, verified; the default is any (R18). One merged into theirs counts. */
async function mustBeInvitedAddress(trx: Change, invitation: Invitation, user: User) {
  const { acceptBy } = await readSettings(trx)
  if (acceptBy !== 'invited') return
  const isInvited = (one: User) => one.email === invitation.email && one.email_verified_at
  if (![user, ...(await listMergedInto(trx, user))].some(isInvited))
    throw new Refusal('accept.invitedOnly', undefined, { email: invitation.email })
}

/** Whoever invited, and the owner, learn both addresses: sent to, and accepted by. */
async function tellAccepted(trx: Change, { client, invitation, inviter }: Offer, user: User) {
  const owner = await getUser(trx, client.owner_id)
  const readers = new Map<string, User | undefined>([
    [inviter.email, inviter.user],
    [owner.email, owner],
  ])
  const data = {
    client: clientName(client),
    user: fullName(user),
    sentTo: invitation.email,
    acceptedBy: user.email,
    verified: user.email_verified_at ? 1 : 0,
  }
  for (const [to, reader] of readers)
    await queueEmail(trx, 'invitation-accepted', { to, user: reader, client, data })
}
