// A form that was posted when the session had ended costs nothing that was typed: it rides along through the
// login in a hidden field, and is shown again for the person to send. Passwords are never carried.

import type { Request, Response } from 'express'
import { show } from './views.ts'

const LONGEST = 50_000
const ALONE = new Set(['shown_for', 'kept', 'returnTo'])

type Fields = [string, string][]

/** Takes the posted fields along, for the login page that is shown instead. */
export function keepForm(req: Request) {
  const fields: Fields = Object.entries(req.body ?? {})
    .filter(([name]) => !ALONE.has(name) && !name.includes('password'))
    .flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, String(one)]))
  req.visit.typed = { kept: JSON.stringify(fields) }
}

/** What the login form has to carry on. */
export function keptOf(req: Request): string {
  const kept: unknown = req.visit.typed?.kept ?? req.body?.kept
  return typeof kept === 'string' && kept.length <= LONGEST ? kept : ''
}

/** After the login: shows what was kept, with a button that sends it to where it was going. */
export function showKept(req: Request, res: Response, action: string): boolean {
  const fields = parse(keptOf(req))
  if (!fields) return false
  show(req, res, 'client-area/kept', { fields, action })
  return true
}

function parse(text: string): Fields | undefined {
  if (!text) return undefined
  try {
    const fields: unknown = JSON.parse(text)
    const isPair = (one: unknown) =>
      Array.isArray(one) && one.length === 2 && one.every((v) => typeof v === 'string')
    return Array.isArray(fields) && fields.every(isPair) ? fields : undefined
  } catch {
    return undefined
  }
}
