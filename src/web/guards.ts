// Guards are lists of steps that stand on a route. Each list knows its name, so that a test can read off every
// route who may come in. An admin who acts as a user looks at everything and changes nothing, but for the routes
// that say otherwise with actAs (HARD-CASES H7).

import type { RequestHandler } from 'express'
import { Refusal } from '../domain/refusal.ts'
import type { Right } from '../domain/rights.ts'

const names = new WeakMap<RequestHandler, string>()

const SAFE = new Set(['GET', 'HEAD'])

interface WhileActing {
  /** The right that lets an admin change something here. */
  needs?: Right
  /** What is shown is a secret of the person. */
  hidden?: boolean
}

function named(name: string, steps: RequestHandler[], { needs, hidden }: WhileActing = {}): RequestHandler[] {
  const first: RequestHandler = (req, _res, next) => {
    const { acting } = req.visit
    const looks = SAFE.has(req.method) && !hidden
    if (acting && !looks && !(needs && acting.rights.includes(needs))) throw new Refusal('acting.denied')
    next()
  }
  names.set(first, name)
  return [first, ...steps]
}

/** A named list of steps, for `router.get(url, ...guard, handler)`. */
export const guard = (name: string, steps: RequestHandler[]) => named(name, steps)

/** The same guard on a route that an admin with this right may also use while acting as a user. */
export const actAs = (right: Right, [first, ...steps]: RequestHandler[]) =>
  named(`${nameOf(first)} · act as with ${right}`, steps, { needs: right })

/** The same guard on a page that shows a secret: an admin who acts as the user may not even look. */
export const inPerson = ([first, ...steps]: RequestHandler[]) =>
  named(`${nameOf(first)} · in person`, steps, { hidden: true })

const nameOf = (step?: RequestHandler) => (step && guardName(step)) ?? ''

/** For tests: the guard that a route's first step belongs to. */
export const guardName = (step: RequestHandler) => names.get(step)
