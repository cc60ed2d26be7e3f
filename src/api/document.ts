// The OpenAPI document, made of the lines that also check what comes. What it says of an operation is what is done.

import { readFileSync } from 'node:fs'
import { VERSION } from '../platform/versions.ts'
import { t } from '../web/translate.ts'
import { BASE, operations } from './api.ts'
import type { Needs } from './guards.ts'

/** As much of JSON Schema as our shapes use. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  description?: string
  example?: unknown
  default?: unknown
  enum?: unknown[]
  format?: string
  pattern?: string
  minimum?: number
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description?: string
  schema: Schema
  example?: unknown
}

type Content = Record<string, { schema: Schema; example?: unknown }>

export interface Operation {
  operationId: string
  summary: string
  description?: string
  tags: string[]
  'x-needs': Needs
  parameters?: Parameter[]
  requestBody?: { content: Content }
  responses: Record<string, { description: string; content: Content }>
}

export interface ApiDocument {
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

/** What a fresh Latchkey with the sample data answers to the examples in turn: a test wrote it down, and compares it. */
const ANSWERS: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('answers.json', import.meta.url), 'utf8'),
)

export function documentOf(appUrl: string): ApiDocument {
  const api = operations()
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: t('api.docs.bearer'),
  })
  const info = { title: 'Latchkey', version: VERSION, description: t('api.docs.lead') }
  const made = api.getOpenAPI31Document({ openapi: '3.1.0', info, servers: [{ url: appUrl + BASE }] })
  const document: ApiDocument = JSON.parse(JSON.stringify(made, withoutFlags))
  // What an edit leaves out stays as it is.
  for (const [name, { properties }] of Object.entries(document.components.schemas))
    if (name.endsWith('Edit')) for (const field of Object.values(properties ?? {})) delete field.default
  for (const { operation } of listOperations(document)) {
    const answer = answerOf(operation)
    if (answer) answer.example = ANSWERS[operation.operationId]
  }
  return document
}

/** What is answered when it worked. */
export const answerOf = ({ responses }: Operation) =>
  Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1].content['application/json']

/** A pattern of JSON Schema is Unicode by itself and has no flags; ours are written down with theirs. */
const withoutFlags = (name: string, value: unknown) =>
  name === 'pattern' && typeof value === 'string' ? value.replace(/\/u$/, '') : value

/** What is behind a name. */
export function resolve(document: ApiDocument, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name ? { ...document.components.schemas[name], ...schema } : schema
}

/** What takes away comes last: each example leans on what the ones before it did to the sample data. */
export const listOperations = ({ paths }: ApiDocument) =>
  Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        operation,
      })),
    )
    .sort((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'))
