// Every route of the application with its guard, and what tests fill into their URLs.

import type { RequestHandler, Router } from 'express'
import { createApp } from '../../src/app.ts'
import type { Db } from '../../src/platform/database.ts'
import { guardName } from '../../src/web/guards.ts'
import { addAdmin, addRole } from './admins.ts'
import type { TestHouse } from './house.ts'

export interface Route {
  method: 'get' | 'post'
  path: string
  guard: string
}

/** Answered before anybody is recognised, to everyone. */
const PUBLIC = [
  ...['/healthz', '/readyz', '/assets/:name', '/favicon.ico'],
  ...['/.well-known/security.txt', '/.well-known/change-password'],
]

interface Layer {
  handle: RequestHandler | Router
  route?: { path: string; methods: Record<string, boolean>; stack: { handle: RequestHandler }[] }
}

/** Every route of the application; routers are not mounted below a prefix, so a route's path is its URL. */
function routesOf(stack: Layer[]): Route[] {
  return stack.flatMap(({ route, handle }) => {
    if (!route) return 'stack' in handle ? routesOf(handle.stack as unknown as Layer[]) : []
    const first = route.stack[0]?.handle
    const guard = PUBLIC.includes(route.path) ? 'public' : (first && guardName(first)) || 'NONE'
    const methods = Object.keys(route.methods) as Route['method'][]
    return methods.map((method) => ({ method, path: route.path, guard }))
  })
}

export const routesOfHouse = (house: TestHouse) =>
  routesOf(createApp(house).router.stack as unknown as Layer[])

/** Another admin, and a role of the host's own. */
export async function addColleague(db: Db) {
  const adminId = await addAdmin(db, 'sam', 'full')
  const roleId = (await addRole(db, 'Night shift', 'invite')).slice('own:'.length)
  return { adminId: String(adminId), roleId }
}
