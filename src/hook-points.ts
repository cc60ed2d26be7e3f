// Which hook points there are, and whether what a file added can be right. A file with one thing wrong is left
// out as a whole, with one sentence.

import type { HookName } from '#hooks'
import type { LoadedHook } from './domain/hook-functions.ts'

const PRIORITY_MAX = 1_000_000_000
const LIKE_MAX = 4

/** The hook points of hooks/hook-points.d.ts, where the running program can see them, too. */
const POINTS: Record<HookName, true> = {
  InviteSent: true,
  InviteResent: true,
  InviteAccepted: true,
  InviteDeclined: true,
  InviteCancelled: true,
  InviteExpired: true,
  UserAssociated: true,
  UserDisassociated: true,
  AssociationSuspended: true,
  AssociationResumed: true,
  AssociationEnded: true,
  PermissionsChanged: true,
  OwnerChanged: true,
  AccessRequested: true,
  OwnershipTransferRequested: true,
  OwnershipTransferEnded: true,
  UserAdd: true,
  UserEdit: true,
  UserLogin: true,
  UserLogout: true,
  UserChangePassword: true,
  UserEmailVerificationComplete: true,
  ClientAdd: true,
  ClientEdit: true,
  ClientClose: true,
  ContactAdd: true,
  ContactEdit: true,
  ContactDelete: true,
  PreInviteSend: true,
  PreUserAssociate: true,
  PreOwnerChange: true,
  PreUserAdd: true,
}

const isPoint = (name: string): name is HookName => Object.hasOwn(POINTS, name)

/** `Pre…` points are asked, all others are told. */
export const isQuestion = (name: string) => name.startsWith('Pre')

/** The functions of a file, or the sentence that says what is wrong. */
export function checkAdded(file: string, added: unknown): LoadedHook[] | string {
  if (!Array.isArray(added)) return 'It does not say what it adds.'
  const hooks: LoadedHook[] = []
  for (const one of added) {
    const hook = checkOne(file, typeof one === 'object' && one !== null ? one : {})
    if (typeof hook === 'string') return hook
    if (hooks.some(({ name }) => name === hook.name))
      return `It adds two functions to ${hook.name}: one file may add one.`
    hooks.push(hook)
  }
  return hooks
}

function checkOne(file: string, added: Record<string, unknown>): LoadedHook | string {
  const { name, priority, onFailure = 'allow' } = added
  if (typeof name !== 'string' || !isPoint(name)) return noSuchPoint(String(name))
  if (added.function !== true) return `What it adds to ${name} is no function.`
  if (typeof priority !== 'number' || !Number.isInteger(priority) || Math.abs(priority) > PRIORITY_MAX)
    return `The priority of ${name} is no whole number.`
  if (added.onFailure !== undefined && !isQuestion(name))
    return `Only Pre… points have onFailure, and ${name} is none.`
  if (onFailure !== 'allow' && onFailure !== 'refuse') return `onFailure of ${name} is 'allow' or 'refuse'.`
  return { key: `${file}#${name}`, file, name, priority, onFailure }
}

function noSuchPoint(name: string) {
  const [like] = Object.keys(POINTS)
    .map((point) => ({ point, steps: stepsBetween(name.slice(0, 60).toLowerCase(), point.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps)
  const guess = like && like.steps <= LIKE_MAX ? `; did you mean ${like.point}?` : '.'
  return `There is no hook point ${name.slice(0, 60)}${guess}`
}

/** How many letters to add, drop or change to get from one word to the other. */
function stepsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [nth, letter] of [...from].entries()) {
    const next = [nth + 1]
    for (let column = 0; column < to.length; column++) {
      const [same, above, left] = [row[column] ?? 0, row[column + 1] ?? 0, next[column] ?? 0]
      next.push(Math.min(above + 1, left + 1, same + Number(letter !== to[column])))
    }
    row = next
  }
  return row[to.length] ?? 0
}
