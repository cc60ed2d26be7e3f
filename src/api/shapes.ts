// Shapes that every resource uses: pages of a list, ids in URLs, headers, and what a call may be answered.

import { z } from '@hono/zod-openapi'
import { cutPage, type Found, type Place, readPlace } from '../domain/pages.ts'
import type { Key } from '../web/translate.ts'
import type { Call } from './context.ts'
import { Problem } from './problems.ts'

export const PAGE_SIZE = 25
const PAGE_MAX = 100
const KEY_MAX = 255

const ID = /^[1-9]\d{0,8}$/

/** An id in the URL. */
export const idIn = (name: string, example: number) =>
  z
    .string()
    .regex(ID)
    .transform(Number)
    .openapi({ param: { name, in: 'path' }, type: 'integer', minimum: 1, example })

export const ClientParams = z.object({ client_id: idIn('client_id', 1) })

/** An id in a body. */
export const id = (example: number) =>
  z.int('api.notNumber').min(1, 'api.notNumber').max(999_999_999, 'api.notNumber').openapi({ example })

/** A list in a body: one that is not there is told by `missing`, and what is no list as that. */
export const many = <T extends z.ZodType>(item: T, missing: Key) =>
  z.array(item, { error: ({ input }) => (input === undefined ? missing : ('api.notList' satisfies Key)) })

/** True or false in a body. */
export const yesOrNo = () => z.boolean('api.notBoolean' satisfies Key)

export const moment = () =>
  z.iso.datetime().openapi({ description: 'UTC.', example: '2026-11-24T15:04:05.000Z' })

type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

/** An object that has no fixed fields. */
export const anyObject = () => z.record(z.string(), z.unknown() as z.ZodType<Json>)

/** The query of a list; more may be added with `.extend`. */
export const Page = z.strictObject({
  after: z.string('api.after').refine(readPlace, 'api.after').optional().openapi({
    description: 'Goes on behind this: the `next` of the page before.',
  }),
  limit: z
    .string('api.limit')
    .regex(/^([1-9]\d?|100)$/, 'api.limit')
    .optional()
    .openapi({
      ...{ type: 'integer', minimum: 1, maximum: PAGE_MAX, example: 2 },
      description: `${PAGE_SIZE} unless named.`,
    }),
})

export const listOf = <T extends z.ZodType>(name: string, item: T) =>
  z
    .object({
      items: z.array(item),
      next: z.string().nullable().openapi({
        description:
          'For `after`; null on the last page, and on no other, however few items a page has. The header Link has the whole address.',
        example: null,
      }),
    })
    .openapi(name)

/** What the query asks for, as the domain takes it: one more than the page holds, to see whether there is a next. */
export const wanted = ({ after, limit }: { after?: string | undefined; limit?: string | undefined }) => ({
  limit: Number(limit ?? PAGE_SIZE) + 1,
  behind: readPlace(after),
})

/** A page of rows, with its Link to the next. */
export function pageOf<T extends Place, B>(
  c: Call,
  found: Found<T>,
  { limit }: { limit: number },
  body: (row: T) => B,
) {
  const { list, next = null } = cutPage(found, limit - 1)
  if (next) {
    const { pathname, searchParams } = new URL(c.req.url)
    searchParams.set('after', next)
    c.header('Link', `<${pathname}?${searchParams}>; rel="next"`)
  }
  return { items: list.map(body), next }
}

const key = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'api.key')
  .max(KEY_MAX, 'api.key')
  .optional()
  .openapi({
    description:
      'A new one for each thing to do: the same key does it once and gives the same answer for 24 hours.',
  })

/** Of what creates or does something. */
export const DoHeaders = z.object({ 'idempotency-key': key })

/** The fields of a form, each of which may be left out, and then stays as it is (answering.ts, givenIn). */
export function edit<T extends Record<string, z.ZodType>>({ shape }: z.ZodObject<T>) {
  return z.strictObject(shape).partial()
}

/** Of an edit. */
export const EditHeaders = z.object({
  'if-match': z.string('api.matchMissing').min(1).openapi({
    description: 'The ETag of what you have seen; `*` for whatever is there.',
    example: '*',
  }),
  'idempotency-key': key,
})

const json = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
})

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
})

const PROBLEMS = {
  401: problem('No key or token, or one that is unknown, ended or revoked.'),
  403: problem('The key or token may not do this.'),
  404: problem('Not there, or not yours to see.'),
  422: problem('Something that was sent cannot be right; the fields are named.'),
  429: problem('Too many calls: Retry-After says when to come again.'),
  default: problem('Any other problem.'),
}
const CONFLICT = { 409: problem('It is so already, or the same key runs at this moment.') }
const STALE = {
  412: problem('It was changed since you saw it.'),
  428: problem('Say in If-Match what you have seen.'),
}

export const read = <T extends z.ZodType>(schema: T) => ({ 200: json('As it is.', schema), ...PROBLEMS })
export const done = <T extends z.ZodType>(schema: T) => ({
  ...{ 200: json('Done.', schema), ...CONFLICT },
  ...PROBLEMS,
})
export const edited = <T extends z.ZodType>(schema: T) => ({
  ...{ 200: json('Done.', schema), ...CONFLICT, ...STALE },
  ...PROBLEMS,
})
export const created = <T extends z.ZodType>(schema: T) => ({
  ...{ 201: json('Created.', schema), ...CONFLICT },
  ...PROBLEMS,
})

export const bodyOf = <T extends z.ZodType>(schema: T) => ({
  required: true as const,
  content: { 'application/json': { schema } },
})
