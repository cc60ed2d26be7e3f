// How something is done and answered once. With an Idempotency-Key the answer is kept in the transaction of the change
// (domain/idempotency.ts), and the same key gives the same answer. Every answer has an ETag; an edit names the one it
// has seen, and is refused inside its transaction when that is not what is there any more.

import type { TypedResponse } from 'hono'
import type { Actor } from '../domain/change.ts'
import { type Answer, type Claim, claimKey, keepAnswer, releaseKey } from '../domain/idempotency.ts'
import { fingerprint } from '../domain/links.ts'
import { NotFound, Refusal } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { actor, type Call } from './context.ts'
import { FIELD_MAX, problemOf } from './problems.ts'

type Status = 200 | 201
type Answered<B, S extends Status> = Response & TypedResponse<B, S, 'json'>

const TAG_LENGTH = 32

const tagOf = (json: string) => `"${fingerprint(json).slice(0, TAG_LENGTH)}"`

const answerWith = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => {
  const json = JSON.stringify(body)
  return {
    status,
    headers: { 'Content-Type': 'application/json', ETag: tagOf(json), ...headers },
    body: json,
  }
}

// What was typed is what was answered: its body was made from the same value.
const send = <B, S extends Status>(c: Call, { status, headers, body }: Answer) =>
  c.body(body, status as S, headers) as unknown as Answered<B, S>

/** What one reads. */
export function show<B>(c: Call, body: B) {
  mustSayNoMore(c)
  return send<B, 200>(c, answerWith(200, body))
}

/** Where nothing is asked for, nothing may be sent: whoever adds `dry_run` to a call means something by it. */
function mustSayNoMore(c: Call) {
  const isRead = (what: 'query' | 'json') => c.req.valid(what as never) !== undefined
  const queried = isRead('query') ? [] : Object.keys(c.req.queries())
  const raw = isRead('json') ? '' : c.get('raw')
  const sent: unknown = raw === '' ? {} : JSON.parse(raw)
  if (typeof sent !== 'object' || sent === null) throw new Refusal('api.malformed')
  const [field] = [...queried, ...Object.keys(sent)].map((name) => name.slice(0, FIELD_MAX))
  if (field !== undefined) throw new Refusal('api.unknownField', field, { field })
}

/** Of what may be left out, only what was sent: the rest stays as it is. */
export const givenIn = <T extends object>(c: Call, input: T): Partial<T> => {
  const sent = Object.keys(JSON.parse(c.get('raw')))
  return Object.fromEntries(Object.entries(input).filter(([name]) => sent.includes(name))) as Partial<T>
}

/** Refuses an edit of something that is not as the caller has seen it. */
export function mustMatch(c: Call, now: unknown) {
  const seen = (c.req.header('If-Match') ?? '').split(',').map((tag) => tag.trim())
  if (!seen.includes('*') && !seen.includes(tagOf(JSON.stringify(now)))) throw new Refusal('api.stale')
}

interface Act<T, B, S extends Status> {
  /** One change of the domain, in the name of the caller. */
  run: (by: Actor) => Promise<T>
  status: S
  /** What is answered, read in the same transaction: `result` is what the body of the change gave. */
  answer: (db: Db, result: T) => B | Promise<B>
  headers?: (body: B) => Record<string, string>
  /** `run` makes several changes: a crash between them is answered by doing the rest, not by what was kept. */
  several?: true
}

/** Does it once and answers. */
export async function act<T, B, S extends Status>(c: Call, doing: Act<T, B, S>): Promise<Answered<B, S>> {
  mustSayNoMore(c)
  const begun = await begin(c)
  if (begun && 'body' in begun) return send<B, S>(c, { ...begun, headers: { ...begun.headers, ...REPLAYED } })
  try {
    return send<B, S>(c, await runOnce(c, begun, doing))
  } catch (error) {
    if (begun) await end(c, begun, error)
    throw error
  }
}

/** One of several changes of a call: with a key it is done once too, also when a crash has cut the call short. */
export async function partOnce<T>(c: Call, by: Actor, { name, run, keep, kept }: Part<T>): Promise<T> {
  const key = c.req.header('Idempotency-Key')
  if (key === undefined) return run()
  const [db, of] = [c.get('db'), fingerprint(JSON.stringify([key, c.req.path, c.get('raw'), name]))]
  const asked = { credentialId: c.get('caller').credential.id, key: of, fingerprint: of }
  const begun = await claimKey(db, asked)
  if ('body' in begun) return kept(begun.body)
  by.keep = (trx, result) => keepAnswer(trx, begun, { status: 200, headers: {}, body: keep(result as T) })
  try {
    return await run()
  } catch (error) {
    await releaseKey(db, begun)
    throw error
  } finally {
    delete by.keep
  }
}

interface Part<T> {
  /** Which part of the call it is. */
  name: string
  run: () => Promise<T>
  /** What is written down of it, and made of that again. */
  keep: (result: T) => string
  kept: (text: string) => Promise<T>
}

const REPLAYED = { 'Idempotency-Replayed': 'true' }

async function runOnce<T, B, S extends Status>(
  c: Call,
  claim: Claim | undefined,
  { run, status, answer, headers, several }: Act<T, B, S>,
): Promise<Answer> {
  const made = async (db: Db, result: T) => {
    const body = await answer(db, result)
    const said = answerWith(status, body, headers?.(body))
    if (claim) await keepAnswer(db, claim, said)
    return said
  }
  let kept: Answer | undefined
  const keep = async (trx: Db, result: unknown) => {
    kept = await made(trx, result as T)
  }
  const result = await run(several ? actor(c) : Object.assign(actor(c), { keep }))
  return kept ?? made(c.get('db'), result)
}

/** With a key: what to run under, or what was answered before. */
async function begin(c: Call): Promise<Claim | Answer | undefined> {
  const key = c.req.header('Idempotency-Key')
  if (key === undefined) return undefined
  const { method, url } = c.req.raw
  const { pathname, search } = new URL(url)
  const asked = fingerprint(JSON.stringify([method, pathname, search, c.get('raw')]))
  return claimKey(c.get('db'), { credentialId: c.get('caller').credential.id, key, fingerprint: asked })
}

const NOT_NOW: Refusal['key'][] = ['api.inProgress', 'api.stale', 'hook.unavailable']

/** A refusal is an answer like any other; what says "not now" frees the key. */
async function end(c: Call, claim: Claim, error: unknown) {
  const db = c.get('db')
  const isNow = error instanceof Refusal && NOT_NOW.includes(error.key)
  const isFinal = (error instanceof Refusal || error instanceof NotFound) && !isNow
  if (isFinal) await keepAnswer(db, claim, problemOf(c, error))
  else await releaseKey(db, claim)
}
