// The API as its own document tells it: every operation, the call of its example, and whether an answer is as it says.

import { Ajv2020 } from 'ajv/dist/2020.js'
import { type ApiDocument, listOperations } from '../../src/api/document.ts'
import { type ExampleCall, exampleCall, type Listed } from '../../src/api/examples.ts'

/** Whole examples by operation, where those of the document are not enough: what must be there before. */
export interface Documented extends Listed {
  call: ExampleCall
}

export const documented = (document: ApiDocument): Documented[] =>
  listOperations(document).map((listed) => ({ ...listed, call: exampleCall(document, listed) }))

/** Checks answers against the document; gives what is wrong, or nothing. */
export function checker(document: ApiDocument) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  ajv.addSchema({ ...document, $id: 'api' })
  return ({ operation }: Listed, status: number, body: unknown, type: string): string => {
    const { responses } = operation
    const said = responses[status] ?? (status >= 400 ? responses.default : undefined)
    if (!said) return `${status} is not in the document`
    const media = type.split(';')[0] ?? ''
    const content = said.content[media]
    if (!content) return `${status} as ${type} is not in the document`
    const validate = ajv.compile({ $id: undefined, ...inDocument(content.schema) })
    return validate(body) ? '' : ajv.errorsText(validate.errors)
  }
}

/** Names behind a # are of the document. */
const inDocument = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components'))
