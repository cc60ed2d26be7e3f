// Guards are lists of steps that stand on a route. Each list knows its name, so that a test can read off every
// route who may come in. An admin who acts as a user looks at everything and changes nothing, but for the routes
// that say otherwise with actAs (HARD-CASES H7).

import type { RequestHandler } from 'express'
import { Refusal } from '../domain/refusal.ts'
import type { Right } from '../domain/rights.ts'

const names = new WeakMap<RequestHandler, string>()

const SAFE = new Set(['GET', 'HEAD'])

function named(name: string, steps: RequestHandler[], actingNeeds?: Right): RequestHandler[] {
  const first: RequestHandler = (req, _res, next) => {
    const { acting } = req.visit
    const allowed = !acting || SAFE.has(req.method) || (actingNeeds && acting.rights.includes(actingNeeds))
    if (!allowed) throw new Refusal('acting.denied')
    next()
  }
  names.set(first, name)
  return [first, ...steps]
}

/** A named list of steps, for `router.get(url, ...guard, handler)`. */
export const guard = (name: string, steps: RequestHandler[]) => named(name, steps)

/** The same guard on a route that an admin with this right may also use while acting as a user. */
export const actAs = (right: Right, [first, ...steps]: RequestHandler[]) =>
  named(`${(first && guardName(first)) ?? ''} · act as with ${right}`, steps, right)

/** For tests: the guard that a route's first step belongs to. */
export const guardName = (step: RequestHandler) => names.get(step)
