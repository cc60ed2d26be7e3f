// POST /includes/api.php: what WHMCS's clients speak, over the same domain. Like /api/v1 it takes no cookies, so it stands
// before whatever reads them. Its clients send an identifier and a secret: the two parts of an API key.

import type { Request, RequestHandler, Response } from 'express'
import {
  type Caller,
  findCaller,
  mayComeFrom,
  mustComeFrom,
  noteUse,
  whoCalls,
} from '../../domain/api-callers.ts'
import { tally } from '../../domain/call-limits.ts'
import { Refusal, TooMany } from '../../domain/refusal.ts'
import type { Db } from '../../platform/database.ts'
import { collect } from '../../web/bodies.ts'
import { countStranger } from '../guards.ts'
import { toldOf } from '../problems.ts'
import { access } from './access.ts'
import { activity } from './activity.ts'
import { type Action, type Answer, notAllowed, Said } from './call.ts'
import { clients } from './clients.ts'
import { contacts } from './contacts.ts'
import { invitations } from './invitations.ts'
import { fieldsOf } from './reading.ts'
import { signingOn } from './signing-on.ts'
import { users } from './users.ts'
import { write } from './writing.ts'

export const WHMCS_PATH = '/includes/api.php'

const actions = new Map<string, Action>(
  Object.entries({ ...access, ...activity, ...clients, ...contacts, ...invitations, ...signingOn, ...users }),
)

export function serveWhmcs(db: Db): RequestHandler {
  return async (req, res, next) => {
    if (req.path !== WHMCS_PATH || req.method !== 'POST') return next()
    // For the log of requests.
    Object.assign(req, { route: { path: WHMCS_PATH } })
    let fields = new Map<string, string>()
    const field = (name: string) => fields.get(name) ?? ''
    const action = () => field('action').toLowerCase()
    const wantsXml = () => field('responsetype').toLowerCase() === 'xml'
    try {
      fields = fieldsOf(await collect(req))
      const answer = await run(db, req, action(), field)
      write(res, 200, action(), wantsXml(), answer)
    } catch (error) {
      const { status, message } = failureOf(req, res, error)
      write(res, status, action(), wantsXml(), { result: 'error', message })
    }
  }
}

async function run(db: Db, req: Request, action: string, field: (name: string) => string): Promise<Answer> {
  const ip = req.ip ?? ''
  const caller = await authenticate(db, ip, field)
  if (!action) throw new Said('Empty action request', 400)
  const known = actions.get(action)
  if (!known) throw new Said('Action not found')
  if (!caller.rights.includes(known.right)) throw notAllowed(action)
  const by = { ...whoCalls(caller), ip, requestId: req.visit.requestId, entries: { next: 0 } }
  return known.run({ db, by, caller, field })
}

/** An admin's name and this is how WHMCS's older clients come. */
const MD5 = /^[\da-f]{32}$/i
const KEYS_ALONE =
  'Authentication Failed: send the identifier and the secret of an API key. The name of an admin and the md5 of a password are not taken here.'

/** A personal token is no credential here: these actions know rights of the host's only. */
async function authenticate(db: Db, ip: string, field: (name: string) => string): Promise<Caller> {
  const secret = (field('identifier') || field('username')) + (field('secret') || field('password'))
  const caller = await findCaller(db, secret)
  if (!caller || caller.user || !mayComeFrom(ip, caller)) await countStranger(db, ip)
  if (!caller || caller.user)
    throw new Said(MD5.test(field('password')) ? KEYS_ALONE : 'Authentication Failed', 403)
  mustComeFrom(ip, caller)
  const { isOver, seconds, over, points } = await tally(db, 'apiCalls', String(caller.credential.id))
  if (isOver) throw new TooMany(seconds, over, { count: points })
  await noteUse(db, caller, ip)
  return caller
}

const ITS_WORDS: Partial<Record<Refusal['key'], string>> = {
  'invite.alreadyAssociated': 'User already associated with client',
  'user.emailTaken': 'A user already exists with that email address',
  'emailChange.takenByOther': 'A user already exists with that email address',
}

/** WHMCS's own words where it has them; what else is refused is a business error. */
function failureOf(req: Request, res: Response, error: unknown): { status: number; message: string } {
  if (error instanceof Said) return error
  if (error instanceof Refusal && error.key === 'api.address')
    return { status: 403, message: `Invalid IP ${error.values.ip}` }
  if (error instanceof Refusal && error.key in ITS_WORDS)
    return { status: 200, message: ITS_WORDS[error.key] ?? '' }
  const { status, detail, retryAfter } = toldOf(error)
  if (retryAfter) res.set('Retry-After', String(retryAfter))
  if (status >= 500) req.log.error(error)
  return { status: status === 429 || status >= 500 ? status : 200, message: detail }
}
