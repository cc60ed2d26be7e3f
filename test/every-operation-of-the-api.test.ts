import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ApiDocument } from '../src/api/document.ts'
import { caller, keyOf } from './support/api.ts'
import { checker, type Documented, documented } from './support/api-document.ts'
import { CRM, plantExamples } from './support/api-examples.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { mutations } from './support/mutations.ts'
import { snapshot } from './support/snapshot.ts'
import { setLimit } from './support/wide-limits.ts'

// By hand also many more: MUTATIONS=30000.
const MUTATIONS = Number(process.env.MUTATIONS ?? 1_000)
const WITHIN_MS = Math.max(300_000, MUTATIONS * 300)

describe('every operation of the API is as its document says', () => {
  let house: TestHouse
  let document: ApiDocument
  let operations: Documented[]
  let secret: string
  let restore: () => Promise<void>

  beforeAll(async () => {
    house = await startHouse({ hooks: { 'crm.js': CRM } })
    await setLimit(house.db, 'apiCalls', 1_000_000)
    secret = await keyOf(house)
    await plantExamples(house, secret)
    document = (await caller(house, '')('GET', '/api/openapi.json')).body as unknown as ApiDocument
    operations = documented(document)
    restore = await snapshot(house.db)
  })

  test('the document is valid', async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)))
    expect(errors ?? []).toEqual([])
    expect(valid).toBe(true)
  })

  test('each has a name of its own, says what it needs, and knows the problems it may answer', () => {
    const names = operations.map(({ operation }) => operation.operationId)
    expect(new Set(names).size).toBe(names.length)
    for (const { method, operation } of operations) {
      expect(operation['x-needs'].right, operation.operationId).toBeTruthy()
      expect(operation.summary && operation.tags.length, operation.operationId).toBe(1)
      expect(Object.keys(operation.responses)).toEqual(
        expect.arrayContaining(['401', '403', '404', '422', '429']),
      )
      const headers = (operation.parameters ?? [])
        .filter((one) => one.in === 'header')
        .map(({ name }) => name)
      if (method !== 'GET') expect(headers, operation.operationId).toContain('idempotency-key')
      if (method === 'PATCH' || method === 'PUT') expect(headers).toContain('if-match')
    }
  })

  test('its example works, and the answer is what the document says', async () => {
    const check = checker(document)
    const call = caller(house, secret)
    for (const one of operations) {
      const { method, path, body, headers } = one.call
      const answer = await call(method, path, body, headers)
      const type = answer.headers.get('Content-Type') ?? ''
      expect([answer.status < 300, answer.text], one.operation.operationId).toEqual([true, answer.text])
      expect(check(one, answer.status, answer.body, type), one.operation.operationId).toBe('')
      if (method !== 'GET') await restore()
    }
  })

  test('the same example works in a shell, as the page shows it', async () => {
    const run = promisify(execFile)
    const reader = house.visitor()
    await reader.visit('/api/docs')
    expect([reader.status, reader.title]).toEqual([200, 'The API'])
    for (const one of operations) {
      const shell = reader.$(`[aria-label="${one.operation.summary}: an example"]`).text()
      const { stdout } = await run('sh', ['-c', `${shell} -s -w '\\n%{http_code}'`], {
        env: { PATH: process.env.PATH, LATCHKEY_KEY: secret },
      })
      expect(stdout, shell).toMatch(/\n20[01]$/)
      if (one.method !== 'GET') await restore()
    }
  })

  test(
    `${MUTATIONS} mutations of the examples: never a 500, and every problem is as the document says`,
    async () => {
      const check = checker(document)
      const call = caller(house, secret)
      const statuses = new Map<number, number>()
      const worked = new Set<string>()
      for (const { of, method, path, body, headers } of mutations(operations, MUTATIONS)) {
        const answer = await call(method, path, body, headers)
        const said = `${method} ${path} ${body ?? ''} ${JSON.stringify(headers)} → ${answer.text}`.slice(
          0,
          2_000,
        )
        expect(answer.status, said).toBeLessThan(500)
        const type = answer.headers.get('Content-Type') ?? ''
        if (answer.status >= 400) expect(type, said).toBe('application/problem+json')
        expect(check(of, answer.status, answer.body, type), said).toBe('')
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        // What was done is undone, so that the next ones meet what their example leans on.
        if (answer.status < 300 && method !== 'GET') await restore()
        if (answer.status < 300) worked.add(of.operation.operationId)
      }
      expect(statuses.get(422)).toBeGreaterThan(MUTATIONS / 20)
      expect(worked.size).toBeGreaterThan(operations.length / 2)
      if (process.env.MUTATIONS) console.log(Object.fromEntries(statuses))
    },
    WITHIN_MS,
  )
})
