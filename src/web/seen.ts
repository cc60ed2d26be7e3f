// What a form of somebody's access was opened on. Whoever else changed it since is not overruled unseen: the form comes
// back and tells how it stands now. What was chosen stays, and saving it once more replaces what is there.

import type { Request } from 'express'
import { endDay } from '../domain/access-times.ts'
import type { ClientUser } from '../domain/associations.ts'
import { choosePermissions, formatPermissions } from '../domain/permissions.ts'
import { Refusal } from '../domain/refusal.ts'
import type { Form } from './form.ts'
import { t } from './translate.ts'

const state = (permissions: string, day: string | null | undefined) => `${permissions} ${day ?? ''}`.trim()

const stateOf = (user: ClientUser) => state(formatPermissions(user.permissions), endDay(user.ends_at))

/** As the form sends it along: what is there, until somebody was told of something newer. */
export const seenFor = (user: ClientUser, { values, errors }: Form) =>
  errors.seen || typeof values.seen !== 'string' ? stateOf(user) : values.seen

interface Wanted {
  permissions: readonly string[]
  endsOn?: string | undefined
}

/** For `setPermissions`. Nothing is lost where it is as wanted already, as behind a second click on Save. */
export const mustBeSeen =
  ({ body }: Request, { permissions, endsOn }: Wanted) =>
  (now: ClientUser) => {
    const known = [body.seen, state(choosePermissions(permissions), endsOn)]
    if (typeof body.seen !== 'string' || known.includes(stateOf(now))) return
    const titles = now.permissions.map((key) => t(`permission.${key}.title`)).join(', ')
    const day = endDay(now.ends_at)
    const may = (titles || t('permissions.nothing')) + (day ? ` (${t('until.at', { until: day })})` : '')
    throw new Refusal('permissions.stale', 'seen', { may })
  }
