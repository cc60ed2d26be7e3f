// An answer in JSON, or in WHMCS's XML, where a list is the same element again.

import type { Response } from 'express'
import type { Answer } from './call.ts'

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** XML has no way to write these at all. */
const NOT_IN_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

const inXml = (value: Answer[string] | Answer): string => {
  if (typeof value !== 'object')
    return String(value)
      .replace(NOT_IN_XML, '')
      .replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? '')
  return Object.entries(value)
    .flatMap(([name, of]) => (Array.isArray(of) ? of : [of]).map((one) => `<${name}>${inXml(one)}</${name}>`))
    .join('\n')
}

export function write(res: Response, status: number, action: string, wantsXml: boolean, answer: Answer) {
  res.status(status).set('Cache-Control', 'no-store')
  if (!wantsXml) return void res.json(answer)
  const body = inXml({ action, ...answer })
  res
    .type('application/xml; charset=utf-8')
    .send(`<?xml version="1.0" encoding="utf-8"?>\n<whmcsapi>\n${body}\n</whmcsapi>\n`)
}
