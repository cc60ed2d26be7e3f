// What a call of the API knows: the house it is served by, who calls, and the client that its URL names.

import type { HttpBindings } from '@hono/node-server'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Request } from 'express'
import type { Context } from 'hono'
import { type Caller, type SeenClient, whoCalls } from '../domain/api-callers.ts'
import type { Actor } from '../domain/change.ts'
import type { Db } from '../platform/database.ts'

export interface ApiEnv {
  Bindings: HttpBindings & { incoming: Request & { rawBody: Buffer; isTooLarge: boolean } }
  Variables: {
    db: Db
    caller: Caller
    seen: SeenClient
    /** The headers that say how many calls are left. */
    counted?: Record<string, string>
    actor: Actor
    /** The body as it came, for telling one call from another. */
    raw: string
  }
}

export type Api = OpenAPIHono<ApiEnv>
export type Call = Context<ApiEnv>

export const requestOf = (c: Call) => c.env.incoming
export const ipOf = (c: Call) => requestOf(c).ip ?? ''

/** The client of the URL, as this caller may see it; the guard of the route has loaded it. */
export const clientOf = (c: Call) => c.get('seen').client

/** Who does it, for the activity log: one a call, so that its entries are numbered. */
export function actor(c: Call): Actor {
  const made = c.get('actor')
  if (made) return made
  const { requestId } = requestOf(c).visit
  const by = { ...whoCalls(c.get('caller')), ip: ipOf(c), requestId, entries: { next: 0 } }
  c.set('actor', by)
  return by
}

export const newApi = (options: ConstructorParameters<typeof OpenAPIHono<ApiEnv>>[0] = {}): Api =>
  new OpenAPIHono<ApiEnv>(options)
