// The catalogue's pages for the settings and the limits, as shipped and with numbers that cannot be; and what is said to
// somebody who invites too much.

import { LIMITS, LISTED_LIMITS, limitsFrom } from '../domain/limit-table.ts'
import { TooMany } from '../domain/refusal.ts'
import { SETTINGS } from '../domain/settings.ts'
import type { Data } from '../web/views.ts'
import { tellTooMany } from '../web/words.ts'

export function settingsPages(): [name: string, data: Data, more?: string][] {
  const form = { values: { ...SETTINGS }, errors: {} }
  const limits = { values: limitsFrom({}), errors: {} }
  const wrong = { values: { ...limits.values, mail: '1.5' }, errors: { mail: 'Enter a whole number.' } }
  const page = { form, limits, listed: LISTED_LIMITS }
  return [
    ['settings', page],
    ['settings', { ...page, limits: wrong }, '?wrong'],
  ]
}

const tooMany = new TooMany(7_200, LIMITS.invitesOfUnverified.over, { count: 3 })

/** A form that came too often. */
export const tooManyForm = { values: {}, errors: { '': tellTooMany(tooMany) }, tooMany }
