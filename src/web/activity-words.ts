// An activity entry as a sentence, with what was before and after.

import { type Activity, heldIn } from '../domain/activity.ts'
import { changesInWords, type Detail, nameInWords, valueInWords } from './activity-changes.ts'
import { isKey, type Key, needs, placesOf, t } from './translate.ts'

export interface Told {
  at: string
  who: string
  what: string
  clientId: number | null
}

function whoIn({ actor_kind, actor_name, acting_admin_name }: Activity, token?: string): string {
  if (actor_kind === 'credential') return t('actor.credential', { name: actor_name })
  if (actor_kind !== 'user' && actor_kind !== 'admin') return t(`actor.${actor_kind}`)
  if (acting_admin_name) return t('actor.acting', { admin: acting_admin_name, user: actor_name })
  return token === undefined ? actor_name : t('actor.token', { user: actor_name, token })
}

/** By accepting, or by opening an account, one gets access oneself; nobody gives it. */
const gotAccess = ({ action, actor_kind, actor_id, user_id }: Activity) =>
  action === 'user.associated' && actor_kind === 'user' && actor_id === user_id

/** What older versions wrote down under another name. */
const FORMERLY: Record<string, string> = { 'user.mergedAway': 'user.merged' }

const keyOf = (entry: Activity): Key => {
  if (gotAccess(entry)) return 'log.gotAccess'
  const key = `activity.${FORMERLY[entry.action] ?? entry.action}`
  return isKey(key) ? key : 'activity.other'
}

function whatIn(entry: Activity, detail: Detail): string {
  const { action } = entry
  const key = keyOf(entry)
  const said = Object.entries(detail).map(([name, value]) => [name, valueInWords(action, name, value)])
  const what = t(key, {
    // An older version may have written less than the sentence says today.
    ...Object.fromEntries(placesOf(key).map((name) => [name, '…'])),
    action,
    ...Object.fromEntries(said),
    ...(action === 'setting.changed' && settingInWords(detail)),
  })
  const changes = needs(key, 'before') || needs(key, 'after') ? '' : changesInWords(action, detail)
  return changes ? t('log.withChanges', { what, changes }) : what
}

/** A setting and its values as the form names them. */
function settingInWords({ key, before, after }: Detail) {
  const say = (value: unknown) => {
    const choice = `settings.${key}.${value}`
    return isKey(choice) ? t(choice) : valueInWords('setting.changed', '', value)
  }
  return { key: nameInWords(String(key)), before: say(before), after: say(after) }
}

const told = (entry: Activity, { detail, token }: ReturnType<typeof heldIn>): Told => ({
  at: entry.at,
  who: whoIn(entry, token),
  what: whatIn(entry, detail),
  clientId: entry.client_id,
})

export const inSentences = (entries: Activity[]): Told[] => entries.map((entry) => told(entry, heldIn(entry)))

export interface ToldFully extends Told {
  ip: string
  /** What the sentence does not say. */
  detail: [name: string, value: string][]
}

function inFullOne(entry: Activity): ToldFully {
  const held = heldIn(entry)
  const rest = Object.entries(held.detail).filter(
    ([name]) => name !== 'before' && name !== 'after' && !needs(keyOf(entry), name),
  )
  return {
    ...told(entry, held),
    ip: entry.ip,
    detail: rest.map(([name, value]) => [name, valueInWords(entry.action, name, value)]),
  }
}

export const inFull = (entries: Activity[]): ToldFully[] => entries.map(inFullOne)
