// Guards are lists of steps that stand on a route. Each list knows its name, so that a test can read off
// every route who may come in.

import type { RequestHandler } from 'express'

const names = new WeakMap<RequestHandler, string>()

/** A named list of steps, for `router.get(url, ...guard, handler)`. */
export function guard(name: string, steps: RequestHandler[]): RequestHandler[] {
  const first: RequestHandler = (_req, _res, next) => next()
  names.set(first, name)
  return [first, ...steps]
}

/** For tests: the guard that a route's first step belongs to. */
export const guardName = (step: RequestHandler) => names.get(step)
