// What there is to call: the OpenAPI document for programs, and a page of it for people.

import { Router } from 'express'
import { guard } from '../web/guards.ts'
import { revalidating } from '../web/revalidating.ts'
import { show } from '../web/views.ts'
import { escapeHtml } from '../web/words.ts'
import {
  type ApiDocument,
  answerOf,
  documentOf,
  listOperations,
  type Operation,
  resolve,
  type Schema,
} from './document.ts'
import { exampleCall, inShell, type Listed } from './examples.ts'

/** What the examples take the key from. */
export const SETTING = "export LATCHKEY_KEY='latchkey_key_…'"

const anyone = guard('anyone', [])

/** Descriptions are CommonMark in the document; of that they use code alone. */
const inHtml = (text = '') => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>')

const typeOf = (document: ApiDocument, given: Schema): string => {
  const schema = resolve(document, given)
  if (schema.enum) return schema.enum.join(' | ')
  if (schema.items) return `${typeOf(document, schema.items)} []`
  return [schema.format ?? schema.type ?? ''].flat().join(' | ')
}

function fieldsOf(document: ApiDocument, operation: Operation) {
  const given = operation.requestBody?.content['application/json']?.schema
  const body = given && resolve(document, given)
  const inBody = Object.entries(body?.properties ?? {}).map(([name, schema]) => ({
    name,
    place: 'body',
    type: typeOf(document, schema),
    required: body?.required?.includes(name) ?? false,
    description: inHtml(schema.description),
  }))
  const others = (operation.parameters ?? []).map((one) => ({
    name: one.name,
    place: one.in,
    type: typeOf(document, one.schema),
    required: one.required,
    description: inHtml(one.description),
  }))
  return [...others, ...inBody]
}

function describe(document: ApiDocument, listed: Listed) {
  const { method, path, operation } = listed
  return {
    ...{ method, path, id: operation.operationId, title: operation.summary },
    description: inHtml(operation.description),
    needs: operation['x-needs'],
    fields: fieldsOf(document, operation),
    shell: inShell(document, exampleCall(document, listed)),
    answer: JSON.stringify(answerOf(operation)?.example ?? '', null, 2),
  }
}

/** What the page shows: operations by what they are about. */
export function docsOf(document: ApiDocument) {
  const groups = new Map<string, ReturnType<typeof describe>[]>()
  for (const listed of listOperations(document)) {
    const [tag = ''] = listed.operation.tags
    groups.set(tag, [...(groups.get(tag) ?? []), describe(document, listed)])
  }
  return [...groups].map(([tag, operations]) => ({ tag, operations }))
}

export function docs(appUrl: string) {
  const document = documentOf(appUrl)
  const groups = docsOf(document)
  return Router()
    .get('/api/openapi.json', ...anyone, revalidating, (_req, res) => res.json(document))
    .get('/api/docs', ...anyone, revalidating, (req, res) =>
      show(req, res, 'api/docs', { groups, setting: SETTING }),
    )
}
