// Permissions under a name. Four are built in; others are an account's own and stay with it, whoever owns it. A preset
// is a copy: it ticks boxes, and what a person or an invitation holds never follows it.

import type { Db } from '../platform/database.ts'
import { isWithin, type Reach } from './managing.ts'
import { formatPermissions, PERMISSIONS, type Permission, parsePermissions } from './permissions.ts'
import { Refusal } from './refusal.ts'

/** What is read only changes nothing and costs nothing: invoices are also paid, quotes also accepted. */
export const BUILT_IN_PRESETS = {
  everything: PERMISSIONS,
  billing: ['invoices', 'quotes'],
  technical: ['products', 'manageproducts', 'productsso', 'domains', 'managedomains', 'tickets'],
  'read-only': ['products', 'domains', 'emails'],
} as const satisfies Record<string, readonly Permission[]>

export const PRESETS_MAX = 20
export const PRESET_NAME_MAX = 60

export interface Preset {
  id: number
  client_id: number
  name: string
  permissions: Permission[]
}

type Row = Omit<Preset, 'permissions'> & { permissions: string }

const toPreset = ({ id, client_id, name, permissions }: Row): Preset => ({
  id,
  client_id,
  name,
  permissions: parsePermissions(permissions),
})

const byName = (a: Preset, b: Preset) => a.name.localeCompare(b.name) || a.id - b.id

/** The account's own, by name. */
export const listPresets = async (db: Db, client: { id: number }): Promise<Preset[]> =>
  (await db<Row>('presets').where({ client_id: client.id })).map(toPreset).sort(byName)

/** The own ones of several accounts. */
export const listPresetsOf = async (db: Db, clients: { id: number }[]): Promise<Preset[]> => {
  const ids = clients.map(({ id }) => id)
  return (await db<Row>('presets').whereIn('client_id', ids)).map(toPreset).sort(byName)
}

export async function findPreset(db: Db, client: { id: number }, id: number): Promise<Preset | undefined> {
  const row = await db<Row>('presets').where({ client_id: client.id, id }).first()
  return row && toPreset(row)
}

/** What the account itself calls exactly these permissions. */
export const ownNameOf = async (db: Db, client: { id: number }, permissions: string) =>
  (await listPresets(db, client)).find((one) => formatPermissions(one.permissions) === permissions)?.name

/**
 * What a preset gives that a call names: one that is built in by its key, another by its name. An own one beyond what
 * whoever asks may give is not there for them, as on the pages.
 */
export async function permissionsOfPreset(
  db: Db,
  client: { id: number },
  name: string,
  { reach, besides }: { reach: Reach; besides: readonly string[] | undefined },
): Promise<readonly Permission[]> {
  if (besides) throw new Refusal('api.oneOfBoth', 'preset')
  const builtIn = Object.entries(BUILT_IN_PRESETS).find(([key]) => key === name)?.[1]
  if (builtIn) return builtIn
  const own = (await listPresets(db, client)).find((one) => one.name === name)
  if (!own || !isWithin(reach, own.permissions)) throw new Refusal('api.noSuchPreset', 'preset')
  return own.permissions
}
