// A form has values and errors. zod checks the shape, the domain checks the truth; either way the same page
// comes again with what was typed and a sentence beside the field, and nothing else happened.

import type { Request } from 'express'
import { z } from 'zod'
import { isWebAddress, linksSomewhere } from '../domain/names.ts'
import { Refusal, TooMany, type Values } from '../domain/refusal.ts'
import { EMAIL_MAX, lowerCase, NAME_MAX } from '../domain/users.ts'
import { isKey, type Key, t } from './translate.ts'
import { tellTooMany } from './words.ts'

export interface Form {
  values: Record<string, unknown>
  /** A sentence a field; under '' what belongs to none. */
  errors: Record<string, string>
  /** It came too often. */
  tooMany?: TooMany
}

export const emptyForm = (values: Record<string, unknown> = {}): Form => ({ values, errors: {} })

/** The form of a page that is shown: fresh, or with what was typed into one that could not be taken. */
export const formOf = (req: Request, values: Record<string, unknown> = {}): Form =>
  emptyForm({ ...values, ...req.visit.typed })

const tooOften = new WeakMap<object, TooMany>()

/** For what was posted and came too often: the page that is shown for it is answered with 429. */
export const tooManyFor = (body: unknown) =>
  typeof body === 'object' && body !== null ? tooOften.get(body) : undefined

/** Gives nothing when it worked; else the form to show again with 422. */
export async function submit<S extends z.ZodType>(
  schema: S,
  body: unknown,
  act: (input: z.output<S>) => Promise<unknown>,
): Promise<Form | undefined> {
  const values = { ...(body as Record<string, unknown>) }
  const parsed = schema.safeParse(values)
  if (!parsed.success) return { values, errors: sentences(parsed.error) }
  try {
    await act(parsed.data)
    return undefined
  } catch (error) {
    if (error instanceof TooMany && typeof body === 'object' && body !== null) {
      tooOften.set(body, error)
      return { values, errors: { '': tellTooMany(error) }, tooMany: error }
    }
    if (!(error instanceof Refusal)) throw error
    return { values, errors: { [error.field ?? '']: t(error.key, error.values) } }
  }
}

function sentences(error: z.ZodError) {
  const errors: Record<string, string> = {}
  for (const issue of error.issues) errors[String(issue.path[0] ?? '')] ??= t(...tellingOf(issue))
  return errors
}

/** The sentence for what is wrong with a field. */
export function tellingOf(issue: z.core.$ZodIssue): [Key, Values] {
  const max = 'maximum' in issue ? Number(issue.maximum) : 0
  const values: Values = issue.code === 'custom' ? (issue.params ?? {}) : {}
  return [isKey(issue.message) ? issue.message : 'field.malformed', { max, ...values }]
}

/** Checks a field that is needed only in some cases; refuses with the field's own sentence. */
export function check(field: z.ZodType<string>, value: string, name: string): string {
  const { data, error } = field.safeParse(value)
  const issue = error?.issues[0]
  if (data === undefined || issue) {
    const [key, values] = issue ? tellingOf(issue) : (['field.malformed', { max: 0 }] as const)
    throw new Refusal(key, name, values)
  }
  return data
}

const key = (name: Key) => name

// Line breaks and other invisible characters have no place in a line that goes into mails and logs, nor do those that
// turn what follows the other way round. What is too long is not looked at any further.
const LINE = /^[^\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u
const line = (max: number) =>
  z
    .string(key('field.missing'))
    .trim()
    .max(max, { error: key('field.tooLong'), abort: true })
    .regex(LINE, key('field.malformed'))

export const optionalLine = (max = NAME_MAX) => line(max).default('')
export const requiredLine = (missing: Key, max = NAME_MAX) => line(max).min(1, missing)

// Rejects surrounding spaces only after trimming them.
export const emailField = () =>
  requiredLine('email.missing', EMAIL_MAX)
    .transform(lowerCase)
    .pipe(z.email(key('email.malformed')))

const noLink = (name: string) => !isWebAddress(name)
export const firstName = () => requiredLine('firstName.missing').refine(noLink, key('name.link'))
export const lastName = () => requiredLine('lastName.missing').refine(noLink, key('name.link'))
export const companyName = () => optionalLine().refine((name) => !linksSomewhere(name), key('company.link'))

/** Any Unicode, as it was typed; its length is the domain's matter. */
export const passwordField = () =>
  z.string(key('password.missing')).min(1, key('password.missing')).max(1000, key('field.tooLong'))

/** The password of whoever is logged in, once more. */
export const yourPassword = () =>
  z.string(key('yourPassword.missing')).min(1, key('yourPassword.missing')).max(1000, key('field.tooLong'))

/** The same in a form where only some changes need it. */
export const yourPasswordIfNeeded = () => z.string().max(1000, key('field.tooLong')).default('')

/** What a form is shown with, new each time: the same form sent again is known by it. */
export const onceField = () =>
  z
    .string()
    .max(100, key('field.tooLong'))
    .optional()
    .transform((once) => once || undefined)

/** Checkboxes of one name: none, one or many. */
export const manyOf = () =>
  z.preprocess((value) => (value === undefined ? [] : [value].flat()), z.array(z.string().max(100)))

export const choiceOf = <T extends string>(choices: readonly [T, ...T[]], missing: Key) =>
  z.enum(choices, missing)

/** For forms that only confirm. */
export const NoInput = z.object({})
