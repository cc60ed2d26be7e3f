// A client that several people are about to change at once, and what each of them may do to it over HTTP.

import { randomUUID } from 'node:crypto'
import { addAssociation } from '../../src/domain/associations.ts'
import { type Actor, change } from '../../src/domain/change.ts'
import { addClient, type Client } from '../../src/domain/clients.ts'
import type { Invitation } from '../../src/domain/invitations.ts'
import { invite } from '../../src/domain/inviting.ts'
import { linkTo } from '../../src/domain/links.ts'
import { ALL_PERMISSIONS } from '../../src/domain/permissions.ts'
import { fullName, type User } from '../../src/domain/users.ts'
import type { TestHouse } from './house.ts'
import { type Connection, cookieOf } from './load.ts'

const BLANK = { address1: '', address2: '', city: '', state: '', postcode: '', country: '', phone: '' }

export interface Contested {
  client: Client
  invitation: Invitation
  /** The path of its link. */
  link: string
  users: { alice: User; bob: User; carol: User }
  /** Alice's session, acting for this client. */
  ownerCookie: string
}

const as = (kind: Actor['kind'], { id, name }: { id: number | null; name: string }): Actor => ({
  kind,
  id,
  name,
  ip: '',
  requestId: randomUUID(),
  entries: { next: 0 },
})

/** Alice owns it, Bob and Carol are associated, and `email` is invited by the one or the other. */
export async function contest(
  house: TestHouse,
  email: string,
  inviter: 'owner' | 'admin',
): Promise<Contested> {
  const { db } = house
  const find = (name: string): Promise<User> =>
    db('users')
      .where({ email: `${name}@example.com` })
      .first()
  const users = { alice: await find('alice'), bob: await find('bob'), carol: await find('carol') }
  const { first_name, last_name, email: ownEmail } = users.alice
  const profile = { ...BLANK, company_name: `Contested ${email}`, first_name, last_name, email: ownEmail }
  const client = await change(db, as('system', { id: null, name: 'test' }), async (trx) => {
    const opened = await addClient(trx, users.alice, profile)
    await addAssociation(trx, opened, users.bob, 'invoices,products,tickets')
    await addAssociation(trx, opened, users.carol, ALL_PERMISSIONS)
    return opened
  })
  const by =
    inviter === 'owner'
      ? as('user', { id: users.alice.id, name: fullName(users.alice) })
      : as('admin', { id: 1, name: 'Ada Admin' })
  const { invitation } = await invite(db, by, client, { email, permissions: ['tickets', 'invoices'] })
  const link = linkTo('invite', invitation).slice(house.appUrl.length)
  return { client, invitation, link, users, ownerCookie: await cookieOf(db, users.alice.id, client.id) }
}

export interface Cookies {
  ada: string
  guest: string
}

/** What somebody does on a connection of their own. */
export type Act = (on: Connection, it: Contested, cookies: Cookies) => ReturnType<Connection['post']>

const admin = ({ client }: Contested, rest: string) => `/admin/clients/${client.id}${rest}`

export const acts = {
  'Make Owner of Bob': (on, it, { ada }) =>
    on.post(admin(it, `/users/${it.users.bob.id}`), ada, { make_owner: '1' }),
  'Make Owner of Carol': (on, it, { ada }) =>
    on.post(admin(it, `/users/${it.users.carol.id}`), ada, { make_owner: '1' }),
  'Remove Access of Bob': (on, it, { ada }) => on.post(admin(it, `/users/${it.users.bob.id}/remove`), ada),
  'Remove Access of Carol': (on, it, { ada }) =>
    on.post(admin(it, `/users/${it.users.carol.id}/remove`), ada),
  'Remove Access of Alice': (on, it, { ada }) =>
    on.post(admin(it, `/users/${it.users.alice.id}/remove`), ada),
  'Resend by Ada': (on, it, { ada }) => on.post(admin(it, `/invites/${it.invitation.id}/resend`), ada),
  'Resend by Alice': (on, it) => on.post(`/account/invites/${it.invitation.id}/resend`, it.ownerCookie),
  'Cancel by Ada': (on, it, { ada }) => on.post(admin(it, `/invites/${it.invitation.id}/cancel`), ada),
  'Cancel by Alice': (on, it) => on.post(`/account/invites/${it.invitation.id}/cancel`, it.ownerCookie),
  'Accept by a guest': (on, it, { guest }) => on.post(`${it.link}/accept`, guest),
  'Close Client': (on, it, { ada }) => on.post(admin(it, '/close'), ada),
} satisfies Record<string, Act>

export type ActName = keyof typeof acts
export const ACTS = Object.keys(acts) as ActName[]
