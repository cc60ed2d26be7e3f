// The catalogue's pages for the settings and the limits, as shipped and with numbers that cannot be; and what is said to
// somebody who invites too much.

import { LIMITS, LISTED_LIMITS, limitsFrom } from '../domain/limit-table.ts'
import { TooMany } from '../domain/refusal.ts'
import { SETTINGS } from '../domain/settings.ts'
import type { Data } from '../web/views.ts'
import { tellTooMany } from '../web/words.ts'

export function settingsPages(): [name: string, data: Data, more?: string][] {
  const values = { ...SETTINGS, ...limitsFrom({}) }
  const page = { form: { values, errors: {} }, listed: LISTED_LIMITS }
  const wrong = { values: { ...values, mail: '1.5' }, errors: { mail: 'Enter a whole number.' } }
  return [
    ['settings', page],
    ['settings', { ...page, form: wrong }, '?wrong'],
  ]
}

const tooMany = new TooMany(7_200, LIMITS.invitesOfUnverified.over, { count: 3 })

/** A form that came too often. */
export const tooManyForm = { values: {}, errors: { '': tellTooMany(tooMany) }, tooMany }
