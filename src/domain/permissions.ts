// Thirteen keys that people know from WHMCS, and `users`, which is ours: each held per association, stored sorted in one
// text column (R7). The owner holds every permission there ever is (R2); everybody else what is written, so a key that
// is new is nobody's until somebody gives it. Everyone who asks "may they?" asks permissionsOf; nobody can give what they
// do not hold (R9).

import type { Client } from './clients.ts'
import { Refusal } from './refusal.ts'

export const PERMISSION_GROUPS = {
  account: ['profile', 'contacts', 'emails', 'users'],
  services: ['products', 'manageproducts', 'productsso', 'domains', 'managedomains', 'orders'],
  billing: ['invoices', 'quotes', 'affiliates'],
  support: ['tickets'],
} as const

export type Permission = (typeof PERMISSION_GROUPS)[keyof typeof PERMISSION_GROUPS][number]

/** In the order that people coming from WHMCS know; ours last. */
export const PERMISSIONS: readonly Permission[] = [
  'profile',
  'contacts',
  'products',
  'manageproducts',
  'productsso',
  'domains',
  'managedomains',
  'invoices',
  'quotes',
  'tickets',
  'affiliates',
  'emails',
  'orders',
  'users',
]

const known = new Set<string>(PERMISSIONS)

/** From the column to keys; a key that nobody knows any more gives nothing. */
export function parsePermissions(text: string): Permission[] {
  const keys = text.split(',')
  return PERMISSIONS.filter((key) => keys.includes(key))
}

/** From keys to the column; unknown keys are refused. */
export function formatPermissions(keys: readonly string[]): string {
  if (keys.some((key) => !known.has(key))) throw new Refusal('permissions.unknown', 'permissions')
  return [...new Set(keys)].sort().join(',')
}

/** Keys that someone typed or ticked: known, and at least one. */
export function choosePermissions(keys: readonly string[]): string {
  if (keys.length === 0) throw new Refusal('permissions.none', 'permissions')
  return formatPermissions(keys)
}

export const ALL_PERMISSIONS = formatPermissions(PERMISSIONS)

/** What a former owner keeps; and all that there were once, as the row of an owner may still say, who holds all in any case. */
export const ALL_BUT_USERS = formatPermissions(PERMISSIONS.filter((key) => key !== 'users'))

/** What this association allows: all of it for the owner. */
export const permissionsOf = (
  client: Pick<Client, 'owner_id'>,
  association: { user_id: number; permissions: string },
): Permission[] =>
  client.owner_id === association.user_id ? [...PERMISSIONS] : parsePermissions(association.permissions)
