// The owner saves, changes and removes the account's own presets; nobody's permissions change by it. Names are told
// apart as people read them, so that no two look alike; that, and how many there are, is asked after the client was
// taken, so two at once cannot get around it.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { mustBeOpen } from './associations.ts'
import { type Actor, type Change, change, takeClient } from './change.ts'
import type { Client } from './clients.ts'
import { mustManageAsOwner } from './managing.ts'
import { choosePermissions } from './permissions.ts'
import { BUILT_IN_PRESETS, listPresets, PRESETS_MAX, type Preset } from './presets.ts'
import { NotFound, Refusal } from './refusal.ts'

export interface PresetInput {
  name: string
  permissions: readonly string[]
}

/** As people read it: neither case, width, spaces nor invisible signs tell two names apart. */
const asRead = (name: string) =>
  name
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()

function mustBeFree(name: string, others: Preset[]) {
  const wanted = asRead(name)
  if (wanted === '') throw new Refusal('preset.name.missing', 'name')
  if (Object.hasOwn(BUILT_IN_PRESETS, wanted)) throw new Refusal('preset.name.builtIn', 'name', { name })
  const other = others.find((one) => asRead(one.name) === wanted)
  if (other) throw new Refusal('preset.name.taken', 'name', { name: other.name })
}

/** Takes the client, and gives its presets as they are now. */
async function takePresets(trx: Change, client: Client): Promise<Preset[]> {
  const current = await takeClient(trx, client)
  await mustManageAsOwner(trx, current)
  mustBeOpen(current)
  return listPresets(trx, current)
}

export const addPreset = (db: Db, by: Actor, client: Client, { name, permissions }: PresetInput) =>
  change(db, by, async (trx) => {
    const all = await takePresets(trx, client)
    const keys = choosePermissions(permissions)
    mustBeFree(name, all)
    if (all.length >= PRESETS_MAX) throw new Refusal('preset.tooMany', undefined, { max: PRESETS_MAX })
    const dates = { created_at: timestamp(), updated_at: timestamp() }
    await trx('presets').insert({ client_id: client.id, name, permissions: keys, ...dates })
    await record(trx, 'preset.added', { client, name, after: keys })
  })

const oneOf = (all: Preset[], { id }: { id: number }): Preset => {
  const found = all.find((one) => one.id === id)
  if (!found) throw new NotFound()
  return found
}

/** Another name, other permissions, or both; nobody's permissions change by it. */
export const changePreset = (
  db: Db,
  by: Actor,
  client: Client,
  target: Preset,
  { name, permissions }: PresetInput,
) =>
  change(db, by, async (trx) => {
    const all = await takePresets(trx, client)
    const before = oneOf(all, target)
    const keys = choosePermissions(permissions)
    mustBeFree(
      name,
      all.filter(({ id }) => id !== before.id),
    )
    const was = { preset: before.name, permissions: choosePermissions(before.permissions) }
    const is = { preset: name, permissions: keys }
    const changed = (['preset', 'permissions'] as const).filter((key) => was[key] !== is[key])
    if (changed.length === 0) return
    await trx('presets').where({ id: before.id }).update({ name, permissions: keys, updated_at: timestamp() })
    const only = (of: typeof is) => Object.fromEntries(changed.map((key) => [key, of[key]]))
    await record(trx, 'preset.changed', { client, name, before: only(was), after: only(is) })
  })

export const removePreset = (db: Db, by: Actor, client: Client, target: Preset) =>
  change(db, by, async (trx) => {
    const { id, name, permissions } = oneOf(await takePresets(trx, client), target)
    await trx('presets').where({ id }).delete()
    await record(trx, 'preset.removed', { client, name, before: choosePermissions(permissions) })
  })
