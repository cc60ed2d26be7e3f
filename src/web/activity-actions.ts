// What can have happened, for choosing from: in groups, each by its sentence with the details left out.

import { type Key, keysAfter, t } from './translate.ts'

const GROUPS = {
  invitations: ['invite'],
  access: [
    'user.associated',
    'user.disassociated',
    'user.left',
    'access',
    'permissions',
    'preset',
    'owner',
    'transfer',
  ],
  clients: ['client', 'contact', 'requireFactor'],
  logins: ['mail', 'user', 'register', 'verification', 'emailChange', 'password', 'session', 'device'],
  factors: ['totp', 'recovery', 'passkey', 'factor'],
  admins: ['admin', 'role', 'acting'],
  api: ['credential', 'token', 'signOn'],
  house: ['setting', 'email', 'hook', 'activity', 'sample'],
} as const

type Group = keyof typeof GROUPS | 'other'

/** A noun and a verb; other keys are of the pages. */
export const ACTIONS = keysAfter('activity.').filter((action) => action.includes('.'))

const has = (group: readonly string[], name: string) => group.includes(name)

function groupOf(action: string): Group {
  const [noun = ''] = action.split('.')
  const groups = Object.entries(GROUPS) as [Group, readonly string[]][]
  const found = groups.find(([, some]) => has(some, action)) ?? groups.find(([, some]) => has(some, noun))
  return found?.[0] ?? 'other'
}

/** "Changed the owner from … to …" */
function nameOf(action: string): string {
  const name = t(`activity.${action}` as Key, new Proxy({}, { get: () => '…' }))
  return name.charAt(0).toUpperCase() + name.slice(1)
}

export interface ActionGroup {
  title: string
  actions: { action: string; name: string }[]
}

export const ACTION_GROUPS: ActionGroup[] = [...(Object.keys(GROUPS) as Group[]), 'other' as const]
  .map((group) => ({
    title: t(`log.group.${group}`),
    actions: ACTIONS.filter((action) => groupOf(action) === group)
      .map((action) => ({ action, name: nameOf(action) }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  }))
  .filter(({ actions }) => actions.length > 0)
