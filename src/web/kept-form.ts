// A form that was posted when the session had ended costs nothing that was typed: it rides along through the
// login in a hidden field, and is shown again for the person to send. Passwords and codes are never carried.

import type { Request, Response } from 'express'
import { findAccount } from '../domain/associations.ts'
import { clientName } from '../domain/clients.ts'
import { parsePermissions } from '../domain/permissions.ts'
import { shownClient } from './shown-for.ts'
import { type Key, t } from './translate.ts'
import { show } from './views.ts'
import { isAccountPage } from './which-account.ts'

const LONGEST = 50_000
const LEFT_OUT = new Set(['kept', 'returnTo', 'code', 'passkey'])
const SECRET = /password|secret|token/

// What is worth showing again; everything else rides along unseen.
const LABELS = new Map<string, Key>([
  ['email', 'field.email'],
  ['message', 'invite.message'],
  ['search', 'associate.search'],
  ['first_name', 'field.firstName'],
  ['last_name', 'field.lastName'],
  ['company_name', 'field.company'],
  ['address1', 'field.address1'],
  ['city', 'field.city'],
  ['phone', 'field.phone'],
  ['name', 'settings.name'],
  ['ends_on', 'until.field'],
])

type Fields = [string, string][]

/** Takes the posted fields along, for the login page that is shown instead. */
export function keepForm(req: Request) {
  const fields: Fields = Object.entries(req.body ?? {})
    .filter(([name]) => !LEFT_OUT.has(name) && !SECRET.test(name))
    .flatMap(([name, value]) => [value].flat().map((one): [string, unknown] => [name, one]))
    .filter((field): field is [string, string] => typeof field[1] === 'string')
  req.visit.typed = { kept: JSON.stringify(fields) }
}

/** What the login form has to carry on. */
export function keptOf(req: Request): string {
  const kept: unknown = req.visit.typed?.kept ?? req.body?.kept
  return typeof kept === 'string' && kept.length <= LONGEST ? kept : ''
}

/** After the login or the switch: shows what was kept, with a button that sends it to where it was going. */
export async function showKept(
  req: Request,
  res: Response,
  action: string,
  title = t('kept.title'),
  sentence = t('kept.sentence'),
): Promise<boolean> {
  const fields = parse(keptOf(req))
  if (!fields) return false
  const seen = await accountOf(req, action, fields)
  const typed: Fields = fields.flatMap(([name, value]) => {
    const label = LABELS.get(name)
    return label && value ? [[t(label), value]] : []
  })
  seen.push(...typed)
  const given = sayPermissions(fields)
  if (given) seen.push([t('permissions.legend'), given])
  show(req, res, 'client-area/kept', { fields, seen, action, title, sentence })
  return true
}

/** Which account it is about: nothing else on the page says so before it is sent. */
async function accountOf(req: Request, action: string, fields: Fields): Promise<Fields> {
  const [, shown = ''] = fields.find(([name]) => name === 'shown_for') ?? []
  const id = isAccountPage(action) ? shownClient(req.visit, shown) : 0
  const account = id && req.visit.user ? await findAccount(req.app.locals.db, req.visit.user, id) : undefined
  return account ? [[t('menu.account'), clientName(account.client)]] : []
}

function sayPermissions(fields: Fields): string {
  if (fields.some(([name, value]) => name === 'which' && value === 'all')) return t('kept.all')
  const keys = fields.flatMap(([name, value]) => (name === 'permissions' ? [value] : []))
  return parsePermissions(keys.join())
    .map((key) => t(`permission.${key}.title`))
    .join(', ')
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
