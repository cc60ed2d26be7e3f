// How often the same network may try what costs us work or tells strangers something. Counted in memory;
// networks are an IPv4 address or an IPv6 /64.

import { isIPv6 } from 'node:net'
import type { Request, RequestHandler } from 'express'
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'

export class TooMany extends Error {
  readonly seconds: number
  constructor(seconds: number) {
    super('Too many requests')
    this.name = 'TooMany'
    this.seconds = seconds
  }
}

const HOUR = 3_600
const DAY = 86_400

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

/** One set of counters an application, so that two of them in one process do not share any. */
export function openLimits() {
  const limiter = (points: number, duration: number) => new RateLimiterMemory({ points, duration })
  const limits = {
    login: limiter(60, HOUR / 4),
    mail: limiter(60, HOUR),
    link: limiter(1_000, HOUR),
    registrationsOfInvitation: limiter(5, 7 * DAY),
    registrationsOfNetwork: limiter(10, DAY),
  }
  return {
    /** Counts one try; throws TooMany, with the seconds to wait. */
    async count(name: keyof typeof limits, key: string) {
      await limits[name].consume(key).catch((result: RateLimiterRes) => {
        throw new TooMany(Math.ceil(result.msBeforeNext / 1000))
      })
    },
    /** Takes one try back: what went well does not count. */
    async forgive(name: keyof typeof limits, key: string) {
      await limits[name].reward(key)
    },
  }
}

export type Limits = ReturnType<typeof openLimits>

export const limitsOf = (req: Request): Limits => req.app.locals.limits

/** A login that went well is no try at guessing. */
export const forgiveLogin = (req: Request) => limitsOf(req).forgive('login', networkOf(req.ip ?? ''))

/** A step of a route: counts this network's tries. */
export const limit =
  (name: 'login' | 'mail' | 'link'): RequestHandler =>
  async (req, _res, next) => {
    await limitsOf(req).count(name, networkOf(req.ip ?? ''))
    next()
  }
