// Cookies are HttpOnly, SameSite=Lax and, on https, Secure with the __Host- prefix (RFC 6265bis §4.1.3).

import type { CookieOptions, Request, Response } from 'express'
import type { Config } from '../config.ts'

const isHttps = (req: Request) => (req.app.locals.config as Config).appUrl.startsWith('https:')

/** The name as the browser knows it. */
const fullNameOf = (req: Request, name: string) => (isHttps(req) ? `__Host-${name}` : name)

const options = (req: Request): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  path: '/',
  secure: isHttps(req),
})

/** Without `maxAgeDays` it ends with the browser's session. */
export const setCookie = (res: Response, name: string, value: string, maxAgeDays?: number) =>
  res.cookie(fullNameOf(res.req, name), value, {
    ...options(res.req),
    ...(maxAgeDays && { maxAge: maxAgeDays * 86_400_000 }),
  })

export const clearCookie = (res: Response, name: string) =>
  res.clearCookie(fullNameOf(res.req, name), options(res.req))

export function readCookie(req: Request, name: string): string | undefined {
  const wanted = `${fullNameOf(req, name)}=`
  const found = (req.headers.cookie ?? '').split(/; */).find((pair) => pair.startsWith(wanted))
  try {
    return found && decodeURIComponent(found.slice(wanted.length))
  } catch {
    return undefined
  }
}
