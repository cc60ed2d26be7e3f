import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, test } from 'vitest'
import { type ApiDocument, answerOf } from '../src/api/document.ts'
import { caller, keyOf, problem } from './support/api.ts'
import { checker, type Documented, documented, documentOf } from './support/api-document.ts'
import { ADD_ON, writeDownFunctions, writingDown } from './support/api-examples.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const run = promisify(execFile)

describe('every operation of the API is as its document says', () => {
  let house: TestHouse
  let document: ApiDocument
  let operations: Documented[]
  let secret: string
  const asWrittenDown = writingDown(Date.now())

  beforeAll(async () => {
    house = await startHouse({ limited: true })
    secret = await keyOf(house)
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

  const replay = () => {
    const one = operations.find(({ operation }) => operation.operationId === 'replayHookEvent')
    const { method, path, body } = (one as Documented).call
    return { said: one?.operation.description, method, path, body }
  }

  test('replaying takes the add-on that its description names; without it the answer is what that says', async () => {
    const { said, method, path, body } = replay()
    const without = await caller(house, secret)(method, path, body)
    expect([without.status, without.body.type]).toEqual([422, problem('hooks.functionEnded')])
    expect(said).toContain(`${without.status} \`hooks.functionEnded\``)
    expect(said).toContain('copy `hooks/_example.ts` to `hooks/example.ts`')
    const other = await startHouse({ hooks: ADD_ON })
    await other.delivery.settled()
    const call = caller(other, await keyOf(other))
    expect((await call(method, path, body)).status).toBe(200)
    other.delivery.wake()
    await other.delivery.settled()
    const { deliveries } = (await call('GET', path.replace('/replay', ''))).body
    expect(deliveries).toMatchObject([{ hook: 'example.ts#UserAssociated', status: 'done' }])
  })

  test('all examples work in a shell, one after the other as the page shows them, and answer as the document says', async () => {
    const check = checker(document)
    const reader = house.visitor()
    await reader.visit('/api/docs')
    expect([reader.status, reader.title]).toEqual([200, 'The API'])
    const shown = reader.$('pre[aria-label$=": an example"]').toArray()
    await writeDownFunctions(house)
    const answers: Record<string, unknown> = {}
    const env = { PATH: process.env.PATH, LATCHKEY_KEY: secret }
    for (const pre of shown) {
      // What is handed out meanwhile is in some of the answers.
      house.delivery.wake()
      await house.delivery.settled()
      const shell = reader.$(pre).text()
      const title = reader.$(pre).attr('aria-label')?.replace(': an example', '')
      const one = operations.find(({ operation }) => operation.summary === title) as Documented
      const { stdout } = await run('sh', ['-c', `${shell} -s -w '\n%{http_code} %{content_type}'`], { env })
      const [, text = '', status, type = ''] = /^(.*)\n(\d+) (.*)$/s.exec(stdout) ?? []
      expect(status, `${shell}\n${text}`).toMatch(/^20[01]$/)
      expect(check(one, Number(status), JSON.parse(text), type), shell).toBe('')
      answers[one.operation.operationId] = asWrittenDown(text)
    }
    expect(shown.length).toBe(operations.length)
    // vitest -u writes it down again.
    const written = `${JSON.stringify(answers, null, 2)}\n`
    await expect(written).toMatchFileSnapshot('../src/api/answers.json')
  })

  test('the answers that it shows are answers of its own schemas, and the page shows them', async () => {
    const check = checker(document)
    const reader = house.visitor()
    await reader.visit('/api/docs')
    for (const one of operations) {
      const { example } = answerOf(one.operation) ?? {}
      const [status = ''] = Object.keys(one.operation.responses).filter((code) => code.startsWith('2'))
      expect(check(one, Number(status), example, 'application/json'), one.operation.operationId).toBe('')
      const shown = reader.$(`#${one.operation.operationId}-answer pre`).text()
      expect(JSON.parse(shown), one.operation.operationId).toEqual(example)
    }
  })
})
