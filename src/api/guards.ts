// Who may call: every operation names the right that a credential needs, and what a personal token needs, if tokens may
// call it at all. The guard also loads the client that the URL names, and one that the caller may not see is not there.

import type { MiddlewareHandler } from 'hono'
import {
  findCaller,
  getClientFor,
  mayComeFrom,
  mustComeFrom,
  noteUse,
  type SeenClient,
} from '../domain/api-callers.ts'
import { tally } from '../domain/call-limits.ts'
import type { Permission } from '../domain/permissions.ts'
import { Refusal, TooMany } from '../domain/refusal.ts'
import type { Right } from '../domain/rights.ts'
import type { Db } from '../platform/database.ts'
import { networkOf } from '../web/limits.ts'
import { idOf } from '../web/request.ts'
import { t } from '../web/translate.ts'
import { type ApiEnv, type Call, ipOf } from './context.ts'

/** Knows who calls, how often they may, and from where; notes when they came last. */
export const authenticate: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const [db, ip] = [c.get('db'), ipOf(c)]
  const secret = /^Bearer +(\S{1,200})$/i.exec(c.req.header('Authorization') ?? '')?.[1] ?? ''
  const caller = await findCaller(db, secret)
  if (!caller || !mayComeFrom(ip, caller)) await countStranger(db, ip)
  if (!caller) throw new Refusal('api.unauthorized')
  mustComeFrom(ip, caller)
  c.set('caller', caller)
  await countCall(c)
  await noteUse(db, caller, ip)
  await next()
}

/** A key that comes from elsewhere may be a stolen one: whoever has it does not use up the calls of its owner. */
export async function countStranger(db: Db, ip: string) {
  const { isOver, seconds } = await tally(db, 'apiStrangers', networkOf(ip))
  if (isOver) throw new TooMany(seconds)
}

const WINDOW_SECONDS = 60

/** The headers are those of draft-ietf-httpapi-ratelimit-headers. */
async function countCall(c: Call) {
  const { credential } = c.get('caller')
  const { points, left, seconds, isOver, over } = await tally(c.get('db'), 'apiCalls', String(credential.id))
  c.set('counted', {
    'RateLimit-Policy': `"calls";q=${points};w=${WINDOW_SECONDS}`,
    RateLimit: `"calls";r=${left};t=${seconds}`,
  })
  if (isOver) throw new TooMany(seconds, over, { count: points })
}

export interface Needs {
  /** Of a credential. */
  right: Right
  /**
   * Of a personal token: a login, an association, ownership or a permission with the client; without it none may. Nor may
   * any where pages ask for the password: a token that somebody found must not be worth as much.
   */
  token?: 'login' | 'associated' | 'owner' | 'password' | Permission
}

/** How the client that the URL names is read, as the caller may see it. */
type Read = (c: Call, id: number) => Promise<SeenClient>

const readClient: Read = (c, id) => getClientFor(c.get('db'), c.get('caller'), id)

const check = ({ right, token }: Needs, read: Read): MiddlewareHandler<ApiEnv> => {
  return async (c, next) => {
    const { user, rights } = c.get('caller')
    if (user && !token) throw new Refusal('api.notForTokens')
    if (user && token === 'password') throw new Refusal('api.passwordNeeded')
    if (!user && !rights.includes(right))
      throw new Refusal('rights.missing', undefined, { right: t(`right.${right}`) })
    const id = c.req.param('client_id')
    if (id !== undefined) c.set('seen', await read(c, idOf(id)))
    if (user && token) mustHold(c, token)
    await next()
  }
}

function mustHold(c: Call, token: NonNullable<Needs['token']>) {
  if (token === 'login' || token === 'associated' || token === 'password') return
  const { isOwner, permissions } = c.get('seen')
  if (token === 'owner' && !isOwner) throw new Refusal('users.ownerOnly')
  if (token !== 'owner' && !permissions.includes(token))
    throw new Refusal('denied.permission', undefined, { permission: t(`permission.${token}.title`) })
}

/** For `createRoute`: the guard, and what the document says of it; `read` is of an operation that reads more at once. */
export const needs = (what: Needs, read: Read = readClient) => ({
  security: [{ bearer: [] }],
  middleware: [check(what, read)],
  'x-needs': what,
})
