// What is answered when something is not there, not allowed, too much, or broken. Always a page with a
// sentence and a way on; never a word of what is inside.

import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { Busy, NotFound, Refusal, TooMany } from '../domain/refusal.ts'
import { isAway } from '../platform/faults.ts'
import { type Key, t } from './translate.ts'
import { show } from './views.ts'
import { tellTooMany } from './words.ts'

interface Problem {
  status: number
  title: Key
  sentence: string
  retryAfter?: number
}

const STATUS_OF: Partial<Record<Key, number>> = {
  'csrf.foreign': 403,
  'users.ownerOnly': 403,
  'users.adminOnly': 403,
  'users.mayNot': 403,
  'users.off': 403,
  'link.dead': 404,
  'rights.missing': 403,
  'acting.denied': 403,
}

export function showProblem(req: Request, res: Response, { status, title, sentence, retryAfter }: Problem) {
  if (retryAfter) res.set('Retry-After', String(retryAfter))
  res.status(req.visit.mismatch ? 409 : status)
  show(req, res, 'errors/problem', { title: t(title), sentence })
}

export const notFound: RequestHandler = (req, res) =>
  showProblem(req, res, { status: 404, title: 'error.notFound', sentence: t('error.notFound.sentence') })

function problemOf(error: unknown): Problem | undefined {
  if (error instanceof NotFound)
    return { status: 404, title: 'error.notFound', sentence: t('error.notFound.sentence') }
  if (error instanceof Refusal)
    return {
      status: STATUS_OF[error.key] ?? 422,
      title: 'error.refused',
      sentence: t(error.key, error.values),
    }
  if (error instanceof TooMany)
    return {
      status: 429,
      title: 'error.tooMany',
      sentence: tellTooMany(error),
      retryAfter: error.seconds,
    }
  if (error instanceof Busy)
    return { status: 503, title: 'error.busy', sentence: t('error.busy.sentence'), retryAfter: 5 }
  if (isAway(error))
    return { status: 503, title: 'error.away', sentence: t('error.away.sentence'), retryAfter: 5 }
  const { status, type } = error as { status?: number; type?: string }
  if (type === 'entity.too.large')
    return { status: 413, title: 'error.tooLarge', sentence: t('error.tooLarge.sentence') }
  if (status && status >= 400 && status < 500)
    return { status, title: 'error.malformed', sentence: t('error.malformed.sentence') }
  return undefined
}

export const errorPage: ErrorRequestHandler = (error, req, res, next) => {
  if (res.headersSent) return next(error)
  if (error instanceof Refusal && error.key === 'invite.dead')
    return show(req, res.status(404), 'errors/dead-invitation')
  const problem = problemOf(error)
  if (!problem) req.log.error({ err: error }, 'A request failed')
  else if (isAway(error)) req.log.warn({ err: error }, 'The database is away')
  const id = req.visit?.requestId ?? ''
  showProblem(
    req,
    res,
    problem ?? { status: 500, title: 'error.broken', sentence: t('error.broken.sentence', { id }) },
  )
}
