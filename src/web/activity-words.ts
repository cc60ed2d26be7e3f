// An activity entry as a sentence.

import type { Activity } from '../domain/activity.ts'
import { isKey, type Key, t } from './translate.ts'

export interface Told {
  at: string
  who: string
  what: string
  clientId: number | null
}

const told = (entry: Activity): Told => {
  const key = `activity.${entry.action}`
  const detail = Object.entries(JSON.parse(entry.detail)).map(([name, value]) => [name, String(value)])
  return {
    at: entry.at,
    who:
      entry.actor_kind === 'user' || entry.actor_kind === 'admin'
        ? entry.actor_name
        : t(`actor.${entry.actor_kind}`),
    what: t(isKey(key) ? key : ('activity.other' satisfies Key), {
      action: entry.action,
      ...Object.fromEntries(detail),
    }),
    clientId: entry.client_id,
  }
}

export const inSentences = (entries: Activity[]): Told[] => entries.map(told)
