// The API, /api/v1: everything a page can do, for programs. Each resource is a file; each names who may call it. It takes
// no cookies, so it stands before whatever reads them, and before whatever reads bodies.

import { getRequestListener } from '@hono/node-server'
import type { RequestHandler } from 'express'
import type { Db } from '../platform/database.ts'
import { collect } from '../web/bodies.ts'
import { activity } from './activity.ts'
import { associations } from './associations.ts'
import { readBody } from './bodies.ts'
import { clients } from './clients.ts'
import { type Api, newApi, requestOf } from './context.ts'
import { authenticate } from './guards.ts'
import { hookEvents } from './hook-events.ts'
import { invitations } from './invitations.ts'
import { manyInvitations } from './inviting-many.ts'
import { ownership } from './ownership.ts'
import { permissions } from './permissions.ts'
import { presets } from './presets.ts'
import { answerError, answerNothing, answerShape } from './problems.ts'
import { users } from './users.ts'

export const BASE = '/api/v1'

/** The site map, in the order of the document: a resource more is a line more. */
function resources(api: Api) {
  clients(api)
  associations(api)
  permissions(api)
  presets(api)
  users(api)
  ownership(api)
  invitations(api)
  manyInvitations(api)
  activity(api)
  hookEvents(api)
}

/** Every operation, for being called and for being told of. */
export function operations(): Api {
  const api = newApi({ defaultHook: answerShape })
  resources(api)
  return api
}

/** The methods that may be called at a path. */
function methodsAt({ routes }: Api, path: string): string[] {
  const isThere = (pattern: string) => new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}$`).test(path)
  const methods = routes.filter(({ method, path: of }) => method !== 'ALL' && isThere(of))
  const named = methods.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  return [...new Set(named)].sort()
}

export function serveApi(db: Db): RequestHandler {
  const api = newApi()
  api.onError((error, c) => answerError(error, c))
  api.notFound((c) => answerNothing(c, methodsAt(api, c.req.path)))
  api.use(async (c, next) => {
    c.set('db', db)
    c.header('Cache-Control', 'no-store')
    await next()
    // Of problems too, and of 429 above all.
    for (const [name, value] of Object.entries(c.get('counted') ?? {})) c.header(name, value)
    // For the log of requests, which names no address.
    Object.assign(requestOf(c), { route: { path: c.req.routePath } })
  })
  api.use(authenticate, readBody)
  api.route(BASE, operations())
  const listener = getRequestListener((request, env) => api.fetch(request, env), {
    overrideGlobalObjects: false,
  })
  return async (req, res, next) => {
    if (req.path !== BASE && !req.path.startsWith(`${BASE}/`)) return next()
    const body = await collect(req)
    Object.assign(req, { rawBody: body ?? Buffer.alloc(0), isTooLarge: body === undefined })
    await listener(req, res)
  }
}
