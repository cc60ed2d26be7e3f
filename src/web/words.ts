// How things are said on pages and in e-mails: moments in words with the exact time beside, people by their
// initials, permissions by name. Given to every template as `say`.

import { PERMISSIONS, type Permission, parsePermissions } from '../domain/permissions.ts'
import { type Refusal, TooMany } from '../domain/refusal.ts'
import { BUILT_IN_ROLES } from '../domain/rights.ts'
import { now } from '../platform/clock.ts'
import { t } from './translate.ts'

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

export const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

export function wordsIn(timeZone: string) {
  const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone })

  const moment = (at: string) => t('time.exact', { moment: exact.format(new Date(at)), zone: timeZone })

  /** "2 days ago", "in 5 days". */
  const distance = (at: string) => {
    const seconds = (new Date(at).getTime() - now().getTime()) / 1000
    const away = Math.abs(seconds)
    const [unit, size] = STEPS.find(([, length]) => away >= length) ?? ['minute', 60]
    if (away < 60) return seconds > 0 ? t('time.soon') : t('time.justNow')
    return relative.format(Math.sign(seconds) * Math.round(away / size), unit)
  }

  return {
    moment,
    distance,
    /** The same as HTML: words, and the exact time on hover. */
    time: (at: string) =>
      `<time datetime="${escapeHtml(at)}" title="${escapeHtml(moment(at))}">${escapeHtml(distance(at))}</time>`,
  }
}

/** "12 ms", "1.4 s". */
export const duration = (ms: number) =>
  ms < 1000 ? t('time.milliseconds', { ms }) : t('time.seconds', { seconds: (ms / 1000).toFixed(1) })

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const waitInWords = (seconds: number) => {
  if (seconds < 1.5 * MINUTE) return t('limits.wait.minute')
  if (seconds < 1.5 * HOUR) return t('limits.wait.minutes', { count: Math.ceil(seconds / MINUTE) })
  if (seconds < 1.5 * DAY) return t('limits.wait.hours', { count: Math.ceil(seconds / HOUR) })
  return t('limits.wait.days', { count: Math.ceil(seconds / DAY) })
}

export const tellTooMany = ({ key, values, seconds }: TooMany) =>
  t(key, { ...values, wait: waitInWords(seconds) })

/** What is said of something that was refused. */
export const sentenceOf = (refused: Refusal | TooMany) =>
  refused instanceof TooMany ? tellTooMany(refused) : t(refused.key, refused.values)

export const initials = (name: string) =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => [...word][0]?.toUpperCase())
    .filter((_, at, all) => at === 0 || at === all.length - 1)
    .join('')

/** "Firefox on Windows". */
export const deviceInWords = ({ browser, system }: { browser: string; system: string }) =>
  browser && system ? t('device.words', { browser, system }) : browser || system || t('device.unknown')

/** What a role is called: ours by its sentence, one of the host's own by its name. */
export const roleInWords = (role: string) =>
  Object.hasOwn(BUILT_IN_ROLES, role) ? t(`role.${role}` as 'role.full') : role

export const permissionTitle = (key: Permission) => t(`permission.${key}.title`)

/** "All permissions", or "Services, invoices, tickets". */
export function permissionsInWords(keys: readonly Permission[]): string {
  if (keys.length === PERMISSIONS.length) return t('permissions.all')
  if (keys.length === PERMISSIONS.length - 1 && !keys.includes('users')) return t('permissions.allButUsers')
  if (keys.length === 0) return t('permissions.nothing')
  const words = keys.map((key) => t(`permission.${key}.short`)).join(', ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export const titlesOf = (text: string) => parsePermissions(text).map(permissionTitle)
