// What a request knows of the person behind it, typed. The middleware of the areas fills it in; the
// accessors give what a guard on the route has made sure of.

import { randomUUID } from 'node:crypto'
import type { Request } from 'express'
import type { Acting } from '../domain/acting.ts'
import type { ActiveAdmin } from '../domain/admins.ts'
import type { Actor } from '../domain/change.ts'
import type { Client } from '../domain/clients.ts'
import type { Reach } from '../domain/managing.ts'
import type { Permission } from '../domain/permissions.ts'
import { Refusal } from '../domain/refusal.ts'
import type { Right } from '../domain/rights.ts'
import type { Settings } from '../domain/settings.ts'
import type { Stuck } from '../domain/stuck.ts'
import { fullName, type User } from '../domain/users.ts'
import type { Flash } from './flash.ts'
import { t } from './translate.ts'

export interface Visit {
  requestId: string
  user?: User
  admin?: ActiveAdmin
  /** The admin who acts as `user` here (HARD-CASES H7). */
  acting?: Acting
  sessionId?: string
  /** The client acted for, and what this user may do there. */
  client?: Client
  permissions: Permission[]
  /** How far they reach who manage its users. */
  reach?: Reach
  settings: Settings
  flash?: Flash
  /** What was typed into a form that could not be taken: the page shows it again. */
  typed?: Record<string, unknown>
  /** The form was shown for somebody else (HARD-CASES H25). */
  mismatch?: boolean
  actor?: Actor
  /** What an admin is warned of on every page. */
  stuck?: Stuck[]
}

declare global {
  namespace Express {
    interface Request {
      visit: Visit
    }
  }
}

const present = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`This route has no guard that makes sure of the ${what}.`)
  return value
}

export const currentUser = (req: Request): User => present(req.visit.user, 'user')
export const currentAdmin = (req: Request): ActiveAdmin => present(req.visit.admin, 'admin')
export const currentClient = (req: Request): Client => present(req.visit.client, 'client')

export const currentReach = (req: Request): Reach => present(req.visit.reach, 'reach')

export const isOwner = ({ user, client }: Visit) => user !== undefined && client?.owner_id === user.id

/** Whether User Management is theirs to open here. */
export const managesUsers = ({ settings, permissions }: Visit) =>
  settings.manageUsers === 'on' && permissions.includes('users')

/** Whether this page is shown to an admin who may do that: what they may not do is not offered. */
export const mayAdmin = ({ admin }: Visit, right: Right) => admin?.rights.includes(right) ?? false

/** Refuses an admin whose role lacks the right: for what one form does with a right of its own. */
export function mustHold(req: Request, right: Right) {
  if (!mayAdmin(req.visit, right))
    throw new Refusal('rights.missing', undefined, { right: t(`right.${right}`) })
}

/** Routes take a path in any case. */
export const isAdminArea = ({ path }: Request) => path.toLowerCase().startsWith('/admin')

/** Who does it, for the activity log: one a request, so that its entries are numbered. */
export function actor(req: Request): Actor {
  req.visit.actor ??= {
    ...whoIs(req),
    ip: req.ip ?? '',
    requestId: req.visit.requestId,
    entries: { next: 0 },
  }
  return req.visit.actor
}

function whoIs(req: Request): Pick<Actor, 'kind' | 'id' | 'name' | 'admin'> {
  const { user, admin, acting } = req.visit
  if (isAdminArea(req) && admin) return { kind: 'admin', id: admin.id, name: admin.name }
  if (user) {
    const by = acting && { admin: { id: acting.id, name: acting.name } }
    return { kind: 'user', id: user.id, name: fullName(user), ...by }
  }
  return { kind: 'visitor', id: null, name: '' }
}

export const newRequestId = () => randomUUID()

/** An id in a URL; 0, which no row has, for anything else. */
export const idOf = (text: unknown): number => (/^[1-9]\d{0,8}$/.test(String(text)) ? Number(text) : 0)

/** A path of ours to go back to, read as browsers read it ("/.//there" is another host); anything else leads home. */
export function safePath(path: unknown, home: string): string {
  const base = 'http://here.invalid'
  if (typeof path !== 'string' || !path.startsWith('/') || !URL.canParse(path, base)) return home
  const url = new URL(path, base)
  return url.origin === base && !url.pathname.startsWith('//') ? url.pathname + url.search : home
}

export const wantsPartial = (req: Request) => req.get('HX-Request-Type') === 'partial'
