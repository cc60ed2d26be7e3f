// What an activity entry says beside its sentence, in words: what was before and after, and the other details.

import { PERMISSIONS, parsePermissions } from '../domain/permissions.ts'
import { isKey, type Key, t } from './translate.ts'
import { permissionsInWords } from './words.ts'

export type Detail = Record<string, unknown>

/** Columns and settings, as the forms name them. */
const NAMES: Record<string, Key> = {
  company_name: 'field.company',
  first_name: 'field.firstName',
  last_name: 'field.lastName',
  email: 'field.email',
  address1: 'field.address1',
  address2: 'field.address2',
  city: 'field.city',
  state: 'field.state',
  postcode: 'field.postcode',
  country: 'field.country',
  phone: 'field.phone',
  kinds: 'contacts.kinds',
  preset: 'preset.name',
  permissions: 'permissions.legend',
  language: 'field.language',
  rights: 'roles.rights',
  clients: 'credentials.clients',
  addresses: 'credentials.addresses',
  until: 'credentials.end',
  answersFor: 'credentials.answersFor',
}

export function nameInWords(name: string): string {
  const setting = name.startsWith('limit.') ? name.replace('limit.', 'limits.') : `settings.${name}`
  const key = Object.hasOwn(NAMES, name) ? NAMES[name] : setting
  return key && isKey(key) ? t(key) : name
}

const PERMISSION_ACTIONS = [
  'permissions.changed',
  'user.associated',
  'user.disassociated',
  'user.left',
  'access.ended',
]
const LISTS = ['permissions', 'rights', 'before', 'after']

/** By what an action is about: what the sentences of its keys begin with. */
const KEYS: Record<string, string> = {
  'role.': 'right.',
  'credential.': 'right.',
  'contact.': 'contacts.kind.',
}

/** A list of keys as the words for them; anything else as it is. */
function listInWords(action: string, text: string): string {
  const start = Object.entries(KEYS).find(([noun]) => action.startsWith(noun))?.[1]
  if (start) {
    const keys = text.split(',').map((key) => `${start}${key}`)
    return keys.every(isKey) ? keys.map((key) => t(key)).join(', ') : text
  }
  if (action === 'mail.chosen') {
    const keys = text.split(',').map((kind) => `notifications.kind.${kind}`)
    return keys.every(isKey) ? keys.map((key) => t(key)).join('; ') : text
  }
  const isPermissions = PERMISSION_ACTIONS.includes(action) || /^(invite|preset)\./.test(action)
  const known = text.split(',').every((key) => PERMISSIONS.some((one) => one === key))
  return isPermissions && known ? permissionsInWords(parsePermissions(text)) : text
}

export function valueInWords(action: string, name: string, value: unknown): string {
  if (value === '' || value === null || value === undefined) return t('log.nothing')
  if (typeof value === 'boolean') return t(value ? 'log.yes' : 'log.no')
  if (Array.isArray(value) && value.length === 0) return t('log.nothing')
  if (Array.isArray(value)) return listInWords(action, value.map(String).join(','))
  if (typeof value === 'object') return JSON.stringify(value)
  if (action === 'admin.roleChanged' && isKey(`role.${value}`)) return t(`role.${value}` as Key)
  return LISTS.includes(name) ? listInWords(action, String(value)) : String(value)
}

const isRecord = (value: unknown): value is Detail =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** "City from Bonn to Kiel; Phone number from nothing to 112": of what was before, what was after, or both. */
export function changesInWords(action: string, { before, after }: Detail): string {
  const say = (value: unknown) => valueInWords(action, 'after', value)
  if (isRecord(before) || isRecord(after)) {
    const was = isRecord(before) ? before : {}
    const is = isRecord(after) ? after : {}
    return [...new Set([...Object.keys(was), ...Object.keys(is)])]
      .map((name) =>
        t('log.changed', { name: nameInWords(name), before: say(was[name]), after: say(is[name]) }),
      )
      .join('; ')
  }
  if (before !== undefined && after !== undefined)
    return t('log.fromTo', { before: say(before), after: say(after) })
  if (before !== undefined) return t('log.before', { before: say(before) })
  return after === undefined ? '' : t('log.after', { after: say(after) })
}
