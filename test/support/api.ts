// A program that calls the API, with a key of the host's or a user's token.

import { makeCredential } from '../../src/domain/api-credentials.ts'
import type { Actor } from '../../src/domain/change.ts'
import { makeToken } from '../../src/domain/personal-tokens.ts'
import { RIGHTS } from '../../src/domain/rights.ts'
import type { TestHouse } from './house.ts'

/** What is asked of an answer's body: a test knows what it called. */
export interface Body {
  [name: string]: unknown
  id: number
  items: Body[]
  next: string | null
  type: string
  errors: { field: string; detail: string }[]
}

export interface Answered {
  status: number
  headers: Headers
  body: Body
  text: string
}

/** The numbers of the users of the sample data. */
export async function castOf({ db }: TestHouse): Promise<Record<'alice' | 'bob' | 'carol', number>> {
  const numberOf = async (name: string) =>
    (
      await db('users')
        .where({ email: `${name}@example.com` })
        .first('id')
    ).id
  return { alice: await numberOf('alice'), bob: await numberOf('bob'), carol: await numberOf('carol') }
}

let calls = 0
const by = (kind: Actor['kind'], id: number, name: string): Actor => ({
  ...{ kind, id, name, ip: '', requestId: `test-${++calls}`, entries: { next: 0 } },
})

const ANYTHING = { name: 'Robot', rights: [...RIGHTS] as string[], clients: '', addresses: '', endsOn: '' }

/** A key made by Ada, who has every right. */
export async function keyOf({ db }: TestHouse, input: Partial<typeof ANYTHING> = {}): Promise<string> {
  const ada = await db('admins').where({ email: 'ada@latchkey.test' }).first()
  return makeCredential(db, by('admin', ada.id, ada.name), { ...ANYTHING, ...input })
}

/** A key, and a token of Alice's, by their numbers. */
export async function plantKeys(house: TestHouse): Promise<Record<string, string>> {
  const latest = async () => String((await house.db('api_credentials').orderBy('id', 'desc').first()).id)
  await keyOf(house, { name: 'Planted' })
  const credentialId = await latest()
  await tokenOf(house, 'alice@example.com')
  return { credentialId, tokenId: await latest() }
}

export async function tokenOf({ db }: TestHouse, email: string, name = 'My script'): Promise<string> {
  const user = await db('users').where({ email }).first()
  return makeToken(db, by('user', user.id, user.first_name), user, { name, days: 30 })
}

/** Calls with this secret; a body that is text is sent as it is. */
export const caller =
  ({ appUrl }: TestHouse, secret: string) =>
  async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answered> => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const answer = await fetch(`${appUrl}${path.startsWith('/api/') ? path : `/api/v1${path}`}`, {
      method,
      headers: {
        ...(secret && { Authorization: `Bearer ${secret}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...sent,
    })
    const text = await answer.text()
    const isJson = /json/.test(answer.headers.get('Content-Type') ?? '')
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : {}, text }
  }

export const problem = (key: string) => `urn:latchkey:problem:${key}`
