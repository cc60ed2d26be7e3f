// Requests that change something must come from our own pages. Browsers say so in headers that no page can
// set: Sec-Fetch-Site and Origin. Where both are given both must be right; where neither is, it is refused.
// (OWASP CSRF Prevention Cheat Sheet, "Fetch Metadata" and "Verifying Origin"; HARD-CASES H26.)

import type { RequestHandler } from 'express'
import { Refusal } from '../domain/refusal.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const OWN_SITES = new Set(['same-origin', 'none'])

export const csrf =
  (appUrl: string): RequestHandler =>
  (req, _res, next) => {
    if (SAFE.has(req.method)) return next()
    const site = req.get('Sec-Fetch-Site')
    const origin = req.get('Origin')
    const told = site !== undefined || origin !== undefined
    const siteIsOurs = site === undefined || OWN_SITES.has(site)
    const originIsOurs = origin === undefined || origin === appUrl
    if (told && siteIsOurs && originIsOurs) return next()
    throw new Refusal('csrf.foreign')
  }
