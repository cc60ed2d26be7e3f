// The document's own examples: calls that work in a shell and in the test of every operation, and what is answered.

import { type ApiDocument, type listOperations, resolve, type Schema } from './document.ts'

export type Listed = ReturnType<typeof listOperations>[number]

export interface ExampleCall {
  method: string
  /** Below the address of the API. */
  path: string
  headers: Record<string, string>
  body?: unknown
}

const exampleIn = ({ schema, example }: { schema: Schema; example?: unknown }) => example ?? schema.example

export function exampleCall(document: ApiDocument, { path, method, operation }: Listed): ExampleCall {
  const named = (place: string) =>
    (operation.parameters ?? [])
      .filter((one) => one.in === place && exampleIn(one) !== undefined)
      .map((one) => [one.name, String(exampleIn(one))] as const)
  const query = new URLSearchParams(named('query').map(([name, value]) => [name, value])).toString()
  const filled = named('path').reduce((url, [name, value]) => url.replace(`{${name}}`, value), path)
  const body = operation.requestBody?.content['application/json']?.schema
  return {
    method,
    path: query ? `${filled}?${query}` : filled,
    headers: Object.fromEntries(named('header')),
    ...(body && { body: exampleOf(document, body) }),
  }
}

/** What a schema describes, with the examples that it names. */
export function exampleOf(document: ApiDocument, given: Schema): unknown {
  const schema = resolve(document, given)
  if (schema.example !== undefined) return schema.example
  if (schema.default !== undefined) return schema.default
  if (schema.enum) return schema.enum[0]
  if (schema.items) return [exampleOf(document, schema.items)]
  if (schema.properties)
    return Object.fromEntries(
      Object.entries(schema.properties)
        .filter(([name]) => schema.required?.includes(name))
        .map(([name, one]) => [name, exampleOf(document, one)]),
    )
  const [type] = [schema.type].flat()
  if (type === 'boolean') return false
  return type === 'integer' || type === 'number' ? (schema.minimum ?? 0) : ''
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

export function inShell(document: ApiDocument, { method, path, headers, body }: ExampleCall): string {
  const url = document.servers[0]?.url ?? ''
  const all = { ...headers, ...(body !== undefined && { 'Content-Type': 'application/json' }) }
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${quoted(url + path)}`,
    '-H "Authorization: Bearer $LATCHKEY_KEY"',
    ...Object.entries(all).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${quoted(JSON.stringify(body))}`]),
  ].join(' \\\n  ')
}
