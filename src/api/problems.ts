// Everything that is not done is answered as a problem (RFC 9457): a type that stays the same, a sentence, and the
// field. The type is the key of the sentence, so a refusal of the domain has one without being told here.

import { z } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import { Busy, NotFound, Refusal, TooMany } from '../domain/refusal.ts'
import { isAway } from '../platform/faults.ts'
import { tellingOf } from '../web/form.ts'
import { type Key, t } from '../web/translate.ts'
import { tellTooMany } from '../web/words.ts'
import { type Call, requestOf } from './context.ts'

export const TYPE = 'urn:latchkey:problem:'

const Wrong = z.object({ type: z.string(), field: z.string(), detail: z.string() })

export const Problem = z
  .object({
    type: z
      .string()
      .regex(/^urn:latchkey:problem:/)
      .openapi({
        description: 'What is wrong, for programs: it stays the same.',
        example: `${TYPE}client.closedAlready`,
      }),
    title: z.string().openapi({ example: t('error.refused') }),
    status: z.int().openapi({ example: 409 }),
    detail: z.string().openapi({ description: 'A sentence for people.', example: t('client.closedAlready') }),
    field: z.string().optional().openapi({ description: 'The field that the sentence belongs to.' }),
    errors: z.array(Wrong).optional().openapi({ description: 'Every field that is wrong.' }),
    instance: z.string().openapi({
      description: 'This call, as the log of the server names it.',
      example: 'urn:uuid:5f0c7b0e-6d0a-4a4e-9d0e-3f6f6e3b8a55',
    }),
  })
  .openapi('Problem')

interface Told {
  status: number
  key: string
  title: Key
  detail: string
  field?: string | undefined
  errors?: z.infer<typeof Wrong>[]
  retryAfter?: number
}

/** What a refusal is answered with, where it is not 422. */
const STATUS_OF: Partial<Record<Key, number>> = {
  'api.malformed': 400,
  'api.unauthorized': 401,
  'api.method': 405,
  'api.packed': 415,
  ...{ 'api.address': 403, 'api.factorNeeded': 403, 'api.notForTokens': 403, 'api.allClients': 403 },
  ...{ 'rights.missing': 403, 'users.ownerOnly': 403, 'users.adminOnly': 403, 'denied.permission': 403 },
  ...{ 'users.off': 403, 'users.mayNot': 403, 'delegate.yourself': 403, 'delegate.holdsMore': 403 },
  ...{ 'owner.edit': 409, 'owner.remove': 409, 'owner.suspend': 409 },
  ...{ 'suspend.already': 409, 'suspend.over': 409, 'resume.already': 409 },
  'link.dead': 404,
  ...{ 'api.inProgress': 409, 'client.closed': 409, 'client.closedAlready': 409, 'client.openAlready': 409 },
  ...{ 'invite.alreadyAssociated': 409, 'user.emailTaken': 409, 'owner.already': 409, 'login.notSo': 409 },
  ...{ 'users.off': 403, 'users.mayNot': 403, 'delegate.invitesMore': 403 },
  ...{ 'invite.notPending': 409, 'invite.newerPending': 409 },
  ...{ 'deliveries.notOut': 409, 'deliveries.running': 409 },
  ...{ 'api.passwordNeeded': 403, 'login.delete.hasClients': 409 },
  ...{ 'emailChange.sameOfOther': 409, 'emailChange.takenByOther': 409 },
  ...{ 'owner.suspended': 409, 'owner.disabled': 409 },
  ...{ 'transfer.oneAtATime': 409, 'transfer.over': 409, 'transfer.wayBack.owner': 409 },
  'api.stale': 412,
  'api.matchMissing': 428,
}

/** What pages say of their boxes, said of fields. */
const SAID_OF: Partial<Record<Key, Key>> = { 'associate.unverified': 'api.unverified' }

const AGAIN_SECONDS = 5

/** What is said of it, and with which status. */
export function toldOf(error: unknown): Told {
  if (error instanceof Refusal) {
    const { key, field, values } = error
    const again = key === 'api.inProgress' && { retryAfter: AGAIN_SECONDS }
    const status = STATUS_OF[key] ?? 422
    const detail = t(SAID_OF[key] ?? key, values)
    const errors = status === 422 && field ? [{ type: TYPE + key, field, detail }] : undefined
    return { status, key, title: 'error.refused', detail, field, ...(errors && { errors }), ...again }
  }
  if (error instanceof NotFound) return plain(404, 'error.notFound', 'error.notFound.sentence')
  if (error instanceof TooMany)
    return {
      ...{ status: 429, key: error.key, title: 'error.tooMany', detail: tellTooMany(error) },
      retryAfter: error.seconds,
    }
  if (error instanceof Busy)
    return { ...plain(503, 'error.busy', 'error.busy.sentence'), retryAfter: AGAIN_SECONDS }
  if (isAway(error)) return { ...plain(503, 'error.away', 'error.away.sentence'), retryAfter: AGAIN_SECONDS }
  if (error instanceof HTTPException) return thrownByHono(error)
  return plain(500, 'error.broken', 'api.broken')
}

const plain = (status: number, title: Key, sentence: Key): Told => ({
  ...{ status, key: title, title },
  detail: t(sentence),
})

function thrownByHono({ status }: HTTPException): Told {
  if (status === 413) return plain(413, 'error.tooLarge', 'error.tooLarge.sentence')
  if (status === 415) return plain(415, 'error.malformed', 'api.notJson')
  return plain(status, 'error.malformed', 'api.malformed')
}

export const statusOf = (error: unknown) => toldOf(error).status

/** The headers and the body of a problem, as they are sent or kept. */
export function problemOf(c: Call, error: unknown) {
  return bodyOf(c, toldOf(error))
}

function bodyOf(c: Call, { status, key, title, detail, field, errors, retryAfter }: Told) {
  const { requestId } = requestOf(c).visit
  const body = {
    ...{ type: TYPE + key, title: t(title), status, detail },
    ...(field && { field }),
    ...(errors && { errors }),
    instance: `urn:uuid:${requestId}`,
  }
  const headers: Record<string, string> = { 'Content-Type': 'application/problem+json' }
  if (retryAfter) headers['Retry-After'] = String(retryAfter)
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer'
  return { status, headers, body: JSON.stringify(body) }
}

const send = ({ status, headers, body }: ReturnType<typeof bodyOf>) => new Response(body, { status, headers })

/** Whatever is thrown: a problem; what nobody expected is logged, and says nothing of what is inside. */
export function answerError(error: unknown, c: Call): Response {
  const { log } = requestOf(c)
  const status = statusOf(error)
  if (status === 500) log.error({ err: error }, 'A call failed')
  else if (isAway(error)) log.warn({ err: error }, 'The database is away')
  return send(problemOf(c, error))
}

/** Nothing is there, or something that takes another method. */
export function answerNothing(c: Call, methods: string[]): Response {
  if (methods.length === 0) return answerError(new NotFound(), c)
  const allow = methods.join(', ')
  const answer = answerError(new Refusal('api.method', undefined, { methods: allow }), c)
  answer.headers.set('Allow', allow)
  return answer
}

/** What a call says is checked against its shape; each field that is wrong is named. */
export function answerShape(
  result: { target: string } & ({ success: true } | { success: false; error: z.ZodError }),
  c: Call,
): Response | undefined {
  // Without a body there is none to look at.
  if (result.target === 'json' && c.get('raw') === '') throw new Refusal('api.malformed')
  if (result.success) return undefined
  // An id that is none is not there.
  if (result.target === 'param') throw new NotFound()
  const wrong = result.error.issues.flatMap(wrongIn)
  const [first] = wrong
  if (result.target === 'header' && first?.field === 'if-match') throw new Refusal('api.matchMissing')
  const told: Told = {
    status: 422,
    key: 'field.malformed',
    title: 'error.refused',
    detail: t('field.malformed'),
  }
  const errors = wrong.map(({ key, ...one }) => ({ type: TYPE + key, ...one }))
  return send(bodyOf(c, { ...told, ...first, errors }))
}

/** So much is said of a name that somebody else made up. */
export const FIELD_MAX = 100

function wrongIn(issue: z.core.$ZodIssue): { key: string; field: string; detail: string }[] {
  const field = issue.path.join('.')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((name) => ({
      key: 'api.unknownField',
      field: [field, name.slice(0, FIELD_MAX)].filter(Boolean).join('.'),
      detail: t('api.unknownField', { field: name.slice(0, FIELD_MAX) }),
    }))
  const [key, values] = tellingOf(issue)
  return [{ key, field, detail: t(key, values) }]
}
