// The fields of a form-encoded body, strictly: what cannot be read, or is there twice, is refused and not guessed.

import { Said } from './call.ts'

const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))

export function fieldsOf(body: Buffer | undefined): Map<string, string> {
  if (!body) throw new Said('The request is larger than 100 KB', 413)
  const fields = new Map<string, string>()
  for (const pair of textOf(body).split('&').filter(Boolean)) {
    const [name, value] = pairOf(pair)
    if (fields.has(name)) throw new Said(`Duplicate field: ${name.slice(0, 60)}`, 400)
    fields.set(name, value)
  }
  return fields
}

const textOf = (body: Buffer) => orUnreadable(() => new TextDecoder('utf-8', { fatal: true }).decode(body))

const pairOf = (pair: string): [string, string] =>
  orUnreadable(() => {
    const at = pair.includes('=') ? pair.indexOf('=') : pair.length
    return [decode(pair.slice(0, at)), decode(pair.slice(at + 1))]
  })

function orUnreadable<T>(read: () => T): T {
  try {
    return read()
  } catch {
    throw new Said('The request is no form-encoded UTF-8', 400)
  }
}
