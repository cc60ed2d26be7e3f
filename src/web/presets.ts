// Presets on pages: which there are to choose from, what a set of permissions is called, and the form that comes back
// with a preset's boxes ticked when no script can tick them.

import type { Request } from 'express'
import { PERMISSIONS, type Permission } from '../domain/permissions.ts'
import { BUILT_IN_PRESETS, type Preset } from '../domain/presets.ts'
import { NotFound } from '../domain/refusal.ts'
import type { Form } from './form.ts'
import { t } from './translate.ts'

/** An account's own as far as pages and e-mails need it. */
type Own = Pick<Preset, 'name' | 'permissions'> & { id?: number }

export interface PresetChoice {
  /** As the form sends it. */
  value: string
  name: string
  permissions: readonly Permission[]
  isOwn: boolean
}

/** Ours first, then the account's own; where not everything may be given, those that may. */
export const presetChoices = (
  own: readonly Own[] = [],
  givable: readonly Permission[] = PERMISSIONS,
): PresetChoice[] =>
  allChoices(own).filter(({ permissions }) => permissions.every((key) => givable.includes(key)))

const allChoices = (own: readonly Own[] = []): PresetChoice[] => [
  ...Object.entries(BUILT_IN_PRESETS).map(([value, permissions]) => ({
    value,
    name: t(`preset.${value}` as 'preset.billing'),
    permissions,
    isOwn: false,
  })),
  ...own.map(({ id, name, permissions }) => ({ value: String(id), name, permissions, isOwn: true })),
]

const isSame = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((key) => others.includes(key))

/** The preset that is exactly these; the account's own word for it goes before ours. */
export function presetOf(keys: readonly string[], own?: readonly Own[]): PresetChoice | undefined {
  const same = allChoices(own).filter(({ permissions }) => isSame(keys, permissions))
  return same.find(({ isOwn }) => isOwn) ?? same[0]
}

/** Whether the form was sent only for a preset's boxes. */
export const asksToTick = (req: Request) => req.query.tick !== undefined

/** What was typed, with the boxes of the chosen preset ticked. */
export function tickedForm(req: Request, own: readonly Preset[], givable?: readonly Permission[]): Form {
  const values: Record<string, unknown> = { ...req.body }
  if (!values.preset) return { values, errors: { preset: t('preset.choose') } }
  const chosen = presetChoices(own, givable).find(({ value }) => value === values.preset)
  if (!chosen) throw new NotFound()
  return {
    values: { ...values, which: 'choose', check_all: undefined, permissions: chosen.permissions },
    errors: {},
  }
}

export const statusOf = ({ errors }: Form) => (Object.keys(errors).length > 0 ? 422 : 200)
