// Examples of calls with something wrong in them, the same ones in each run.

import type { Documented } from './api-document.ts'

export interface Mutation {
  of: Documented
  method: string
  path: string
  headers: Record<string, string>
  body?: string
}

type Pick = <T>(from: readonly T[]) => T

/** Mulberry32: a failure can be looked at again. */
function picker(seed: number): Pick {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return <T>(from: readonly T[]) => from[Math.floor(next() * from.length)] as T
}

const VALUES = [
  ...[null, true, false, 0, -1, 1, 2, 1.5, 1e21, 999_999_999, 2 ** 53, '', ' ', '0', '-1', 'x', 'null'],
  ...[
    'a\u0000b',
    '\u202e',
    '😀',
    'x'.repeat(300),
    'x'.repeat(70_000),
    "'; DROP TABLE users; --",
    '%',
    '../..',
  ],
  ...['2026-02-30', '2026-11-24T00:00:00Z', [], {}, [[]], [null], ['x'], { id: 1 }, { __proto__: 1 }],
]
const EXTRA = ['dry_run=1', 'limit=', '__proto__=1', '%ff=%ff', 'after=1&after=2', '=']
const TEXTS = [
  '',
  '0',
  '-1',
  'x',
  '1e3',
  '%00',
  '%F0%9F%98%80',
  '%ff',
  '999999999',
  '99999999999',
  '..%2f',
  '%20',
]
const NAMES = ['vat', '__proto__', 'constructor', 'id', 'ID', '', 'x'.repeat(500), 'toString', '😀']
const BODIES = [
  '',
  '{',
  '[]',
  'null',
  '"x"',
  '1',
  '{"a":1}',
  '{"a":"\\ud800"}',
  '\u0000',
  '{}{}',
  '['.repeat(5_000),
]
const HEADERS: [name: string, value: string][] = [
  ...[
    ['If-Match', ''],
    ['If-Match', 'x'],
    ['If-Match', 'W/"x"'],
    ['If-Match', '"x", *'],
  ],
  ...[
    ['Idempotency-Key', 'one'],
    ['Idempotency-Key', 'x'.repeat(256)],
    ['Idempotency-Key', 'a b'],
  ],
  ...[
    ['Content-Type', 'text/plain'],
    ['Content-Type', 'application/json; charset=latin1'],
    ['Accept', 'x'],
  ],
  ...[
    ['Content-Type', 'application/x-www-form-urlencoded'],
    ['', ''],
  ],
] as [string, string][]

/** Changes one thing somewhere in a value. */
function mutate(value: unknown, pick: Pick): unknown {
  if (typeof value !== 'object' || value === null) return pick(VALUES)
  const entries = Object.entries(value)
  const how = pick(['replace', 'replace', 'replace', 'drop', 'add', 'deeper'])
  if (how === 'add') return { ...value, [pick(NAMES)]: pick(VALUES) }
  const [name] = pick(entries.length ? entries : ([['x', 1]] as [string, unknown][]))
  if (how === 'drop') return Object.fromEntries(entries.filter(([one]) => one !== name))
  const changed = how === 'deeper' ? mutate((value as Record<string, unknown>)[name], pick) : pick(VALUES)
  return Array.isArray(value) ? [changed] : { ...value, [name]: changed }
}

function mutatePath(of: Documented, pick: Pick): string {
  const [path = '', query] = of.call.path.split('?')
  const queries = (of.operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name)
  if (queries.length && pick([true, false]))
    return `${path}?${query ?? ''}&${pick([...queries, ...queries, 'page'])}=${pick(TEXTS)}`
  const parts = path.split('/')
  const params = of.path.split('/').map((part, nth) => (part.startsWith('{') ? nth : 0))
  const at = pick(params.filter(Boolean))
  if (at) parts[at] = pick(TEXTS)
  return parts.join('/')
}

export function* mutations(of: Documented, count: number, seed: number): Generator<Mutation> {
  const pick = picker(seed)
  const { method, path, body, headers } = of.call
  for (let n = 0; n < count; n++) {
    const same = { of, method, path, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const what = pick(
      body === undefined
        ? ['path', 'path', 'header', 'query', 'raw']
        : ['body', 'body', 'body', 'body', 'raw', 'path', 'header', 'query', 'bare'],
    )
    if (what === 'body') yield { ...same, body: JSON.stringify(mutate(body, pick)) }
    else if (what === 'bare') yield { of, method, path, headers }
    else if (what === 'query')
      yield { ...same, path: `${path}${path.includes('?') ? '&' : '?'}${pick(EXTRA)}` }
    else if (what === 'raw' && method !== 'GET') yield { ...same, body: pick(BODIES) }
    else if (what === 'path') yield { ...same, path: mutatePath(of, pick) }
    else {
      const [name, value] = pick(HEADERS)
      // The document writes them small: the same name twice would be one header with both.
      if (name) yield { ...same, headers: { ...headers, [name.toLowerCase()]: value } }
      else yield { ...same, headers: {} }
    }
  }
}
