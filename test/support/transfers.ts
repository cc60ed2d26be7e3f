// Transferring ownership, as people do it.

import { PASSWORD } from '../../src/dev/cast.ts'
import type { TestHouse } from './house.ts'
import type { Visitor } from './visitor.ts'

/** The owner, who acts for the account, offers it to another of its users. */
export async function offerTo(owner: Visitor, name: string, password = PASSWORD): Promise<Visitor> {
  await owner.visit('/account/ownership')
  return owner.press('Offer ownership', { [name]: true, 'Current password': password })
}

export async function accept(user: Visitor, transferId: number, password = PASSWORD): Promise<Visitor> {
  await user.visit(`/user/transfers/${transferId}`)
  return user.press('Accept ownership', { 'Current password': password })
}

export const latestTransfer = (house: TestHouse) =>
  house.db('ownership_transfers').orderBy('id', 'desc').first()

/** Gives access straight in the database, to a user of the cast. */
export async function letIn(house: TestHouse, company: string, name: string, more: object = {}) {
  const client = await house.clientNamed(company)
  const user = await house
    .db('users')
    .where({ email: `${name}@example.com` })
    .first()
  const at = '2026-01-01T00:00:00.000Z'
  const dates = { created_at: at, updated_at: at }
  await house
    .db('associations')
    .insert({ client_id: client.id, user_id: user.id, permissions: 'tickets', ...dates, ...more })
  return user
}

/** Carol's account waits for Alice: what tests fill into the URLs of that. */
export async function offeredToAlice(house: TestHouse) {
  await letIn(house, 'Chen Labs', 'alice')
  await offerTo(await house.user('carol', 'Chen Labs'), 'Alice Ames')
  const { id, client_id } = await latestTransfer(house)
  return { transferId: String(id), stopUrl: `/admin/clients/${client_id}/transfers/${id}/stop` }
}

/** Bob, who owns Acme Hosting by now, offers it to Alice and takes that back: what hooks are told of both. */
export async function offerAndCancel(house: TestHouse, about: object) {
  const bob = await offerTo(await house.user('bob', 'Acme Hosting'), 'Alice Ames')
  await bob.press('Cancel transfer')
  const { expires_at: expiresAt } = await latestTransfer(house)
  const told = { ...about, actor: { kind: 'user', id: 2, name: 'Bob Brown' } }
  return [
    { ...told, expiresAt },
    { ...told, how: 'cancelled' },
  ]
}
