// The API as its own document tells it: every operation, the call of its example, and whether an answer is as it says.

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { type ApiDocument, listOperations } from '../../src/api/document.ts'
import { type ExampleCall, exampleCall, type Listed } from '../../src/api/examples.ts'
import { caller } from './api.ts'
import type { TestHouse } from './house.ts'

/** Whole examples by operation, where those of the document are not enough: what must be there before. */
export interface Documented extends Listed {
  call: ExampleCall
}

export const documentOf = async (house: TestHouse) =>
  (await caller(house, '')('GET', '/api/openapi.json')).body as unknown as ApiDocument

export const documented = (document: ApiDocument): Documented[] =>
  listOperations(document).map((listed) => ({ ...listed, call: exampleCall(document, listed) }))

/** What the document does not name is not to be answered either: a column more in a row must not slip out. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const inside = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, closed(one)]))
  return { ...('properties' in inside && 'type' in inside && { additionalProperties: false }), ...inside }
}

/** Checks answers against the document; gives what is wrong, or nothing. */
export function checker(document: ApiDocument) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  ajv.addSchema({ ...(closed(document) as ApiDocument), $id: 'api' })
  const compiled = new Map<object, ValidateFunction>()
  return ({ operation }: Listed, status: number, body: unknown, type: string): string => {
    const { responses } = operation
    const said = responses[status] ?? (status >= 400 ? responses.default : undefined)
    if (!said) return `${status} is not in the document`
    const media = type.split(';')[0] ?? ''
    const content = said.content[media]
    if (!content) return `${status} as ${type} is not in the document`
    const validate = compiled.get(content) ?? ajv.compile(inDocument(closed(content.schema) as object))
    compiled.set(content, validate)
    return validate(body) ? '' : ajv.errorsText(validate.errors)
  }
}

/** Names behind a # are of the document. */
const inDocument = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components'))
