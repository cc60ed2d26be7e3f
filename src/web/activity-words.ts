// An activity entry as a sentence.

import type { Activity } from '../domain/activity.ts'
import { isKey, type Key, keysAfter, t } from './translate.ts'

export interface Told {
  at: string
  who: string
  what: string
  clientId: number | null
}

function whoIn({ actor_kind, actor_name, acting_admin_name }: Activity): string {
  if (actor_kind !== 'user' && actor_kind !== 'admin') return t(`actor.${actor_kind}`)
  return acting_admin_name ? t('actor.acting', { admin: acting_admin_name, user: actor_name }) : actor_name
}

const told = (entry: Activity): Told => {
  const key = `activity.${entry.action}`
  const detail = Object.entries(JSON.parse(entry.detail)).map(([name, value]) => [name, String(value)])
  return {
    at: entry.at,
    who: whoIn(entry),
    what: t(isKey(key) ? key : ('activity.other' satisfies Key), {
      action: entry.action,
      ...Object.fromEntries(detail),
    }),
    clientId: entry.client_id,
  }
}

export const inSentences = (entries: Activity[]): Told[] => entries.map(told)

/** What can have happened, for choosing from. */
export const ACTIONS = keysAfter('activity.')
  .filter((action) => action !== 'none' && action !== 'other')
  .sort()

export interface ToldFully extends Told {
  ip: string
  detail: [name: string, value: string][]
}

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

export const inFull = (entries: Activity[]): ToldFully[] =>
  entries.map((entry) => ({
    ...told(entry),
    ip: entry.ip,
    detail: Object.entries(JSON.parse(entry.detail)).map(([name, value]) => [name, asText(value)]),
  }))
