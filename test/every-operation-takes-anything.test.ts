// Examples of each operation with something wrong in them: a dozen of each beside the stories, a thousand of each with
// FAULTS=full, or as many as MUTATIONS says.

import { beforeAll, describe, expect, test } from 'vitest'
import { caller, keyOf } from './support/api.ts'
import { checker, type Documented, documented, documentOf } from './support/api-document.ts'
import { QUIET, writeDownFunctions } from './support/api-examples.ts'
import { figures, isFull } from './support/faults.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { type Mutation, mutations } from './support/mutations.ts'
import { snapshot } from './support/snapshot.ts'
import { setLimit } from './support/wide-limits.ts'

const OF_EACH = Number(process.env.MUTATIONS ?? (isFull ? 1_000 : 12))
/** So many are told of at once. */
const BROKEN_MAX = 50
const WITHIN_MS = 300_000 + OF_EACH * 6_000

describe('every operation of the API takes anything', () => {
  let house: TestHouse
  let call: ReturnType<typeof caller>
  let check: ReturnType<typeof checker>
  /** Each operation with the way back to what its example leans on: to before it, behind the ones that come first. */
  const operations: { of: Documented; restore: () => Promise<void> }[] = []

  beforeAll(async () => {
    house = await startHouse({ hooks: QUIET })
    await setLimit(house.db, 'apiCalls', 1_000_000)
    call = caller(house, await keyOf(house))
    await writeDownFunctions(house)
    const document = await documentOf(house)
    check = checker(document)
    for (const of of documented(document)) {
      operations.push({ of, restore: await snapshot(house.db) })
      const { method, path, body, headers } = of.call
      await call(method, path, body, headers)
    }
  })

  /** Calls; gives the status, and what is wrong with the answer, if anything. */
  async function tried({
    of,
    method,
    path,
    body,
    headers,
  }: Mutation): Promise<[status: number, wrong: string]> {
    const { status, text, ...answer } = await call(method, path, body, headers)
    const type = answer.headers.get('Content-Type') ?? ''
    const isAsSaid = status < 500 && (status < 400 || type === 'application/problem+json')
    const why = isAsSaid ? check(of, status, answer.body, type) : `${status} as ${type}`
    const asked = `${method} ${path} ${body ?? ''} ${JSON.stringify(headers)}`.slice(0, 1_000)
    return [status, why && `${why}: ${asked} → ${text.slice(0, 1_000)}`]
  }

  test(
    `${OF_EACH} mutations of every operation’s example: never a 500, and every problem is as the document says`,
    async () => {
      const statuses: Record<number, number> = {}
      const worked = new Set<string>()
      const broken: string[] = []
      for (const [nth, { of, restore }] of operations.entries()) {
        await restore()
        for (const mutation of mutations(of, OF_EACH, nth)) {
          const [status, wrong] = await tried(mutation)
          if (wrong) broken.push(wrong)
          statuses[status] = (statuses[status] ?? 0) + 1
          if (status >= 300) continue
          worked.add(of.operation.operationId)
          if (of.method !== 'GET') await restore()
        }
      }
      const calls = OF_EACH * operations.length
      expect(broken.slice(0, BROKEN_MAX)).toEqual([])
      expect(statuses[422]).toBeGreaterThan(calls / 20)
      expect(worked.size).toBeGreaterThan(operations.length * 0.8)
      figures('mutations', { operations: operations.length, ofEach: OF_EACH, calls, ...statuses })
    },
    WITHIN_MS,
  )
})
