// The limits of src/domain/limits.ts as steps of routes. Networks are an IPv4 address or an IPv6 /64.

import { isIPv6 } from 'node:net'
import type { Request, RequestHandler } from 'express'
import { countTry, forgiveTry } from '../domain/limits.ts'
import type { Db } from '../platform/database.ts'

export function networkOf(ip: string): string {
  if (!isIPv6(ip)) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped) return mapped[1] as string
  const [head = '', tail] = ip.split('::')
  const left = head.split(':').filter(Boolean)
  const right = (tail ?? '').split(':').filter(Boolean)
  const gap = tail === undefined ? [] : Array(Math.max(0, 8 - left.length - right.length)).fill('0')
  return `${[...left, ...gap, ...right].slice(0, 4).join(':')}::/64`
}

const dbOf = (req: Request): Db => req.app.locals.db

export const networkIn = (req: Request) => networkOf(req.ip ?? '')

/** A login that went well is no try at guessing. */
export const forgiveLogin = (req: Request) => forgiveTry(dbOf(req), 'login', networkIn(req))

/** A step of a route: counts this network's tries. */
export const limit =
  (name: 'login' | 'mail' | 'link'): RequestHandler =>
  async (req, _res, next) => {
    await countTry(dbOf(req), name, networkIn(req))
    next()
  }
