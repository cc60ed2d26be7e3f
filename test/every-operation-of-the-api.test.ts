import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ApiDocument } from '../src/api/document.ts'
import { keyOf } from './support/api.ts'
import { checker, type Documented, documented, documentOf } from './support/api-document.ts'
import { CRM, writeDownFunctions } from './support/api-examples.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const run = promisify(execFile)

describe('every operation of the API is as its document says', () => {
  let house: TestHouse
  let document: ApiDocument
  let operations: Documented[]
  let secret: string

  beforeAll(async () => {
    house = await startHouse({ hooks: { 'crm.js': CRM }, limited: true })
    secret = await keyOf(house)
    await writeDownFunctions(house)
    document = await documentOf(house)
    operations = documented(document)
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

  test('all examples work in a shell, one after the other as the page shows them, and answer as the document says', async () => {
    const check = checker(document)
    const reader = house.visitor()
    await reader.visit('/api/docs')
    expect([reader.status, reader.title]).toEqual([200, 'The API'])
    const shown = reader.$('pre[aria-label$=": an example"]').toArray()
    const env = { PATH: process.env.PATH, LATCHKEY_KEY: secret }
    for (const pre of shown) {
      const shell = reader.$(pre).text()
      const title = reader.$(pre).attr('aria-label')?.replace(': an example', '')
      const one = operations.find(({ operation }) => operation.summary === title) as Documented
      const { stdout } = await run('sh', ['-c', `${shell} -s -w '\n%{http_code} %{content_type}'`], { env })
      const [, text = '', status, type = ''] = /^(.*)\n(\d+) (.*)$/s.exec(stdout) ?? []
      expect(status, `${shell}\n${text}`).toMatch(/^20[01]$/)
      expect(check(one, Number(status), JSON.parse(text), type), shell).toBe('')
    }
    expect(shown.length).toBe(operations.length)
  })
})
