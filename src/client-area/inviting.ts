// Invite New User: one address, or up to 50 pasted at once. Each is invited in a transaction of its own and answered as
// if it had come alone (R22); those that could not be invited come back in the field, each with its sentence.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { readEnd } from '../domain/access-times.ts'
import { invite } from '../domain/inviting.ts'
import { mustMayWrite } from '../domain/inviting-limits.ts'
import { choosePermissions, PERMISSIONS } from '../domain/permissions.ts'
import { listPresets } from '../domain/presets.ts'
import { Refusal, TooMany } from '../domain/refusal.ts'
import { lowerCase } from '../domain/users.ts'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { readAddresses } from '../web/address-list.ts'
import { flash } from '../web/flash.ts'
import { check, choiceOf, emailField, type Form, manyOf, submit } from '../web/form.ts'
import { messageField } from '../web/message-field.ts'
import { asksToTick, statusOf, tickedForm } from '../web/presets.ts'
import { actor, currentClient } from '../web/request.ts'
import { t } from '../web/translate.ts'
import { sentenceOf } from '../web/words.ts'
import { owner } from './area.ts'

const PAGE = '/account/users'
const AT_ONCE_MAX = 50
const LIST_CHARS_MAX = 20_000
/** Each address asks the add-ons, which may take their time: what is left then comes back to be sent again. */
const TRIED_FOR_MINUTES = 1 / 3

const InviteForm = z
  .object({
    email: z.string('email.missing').max(LIST_CHARS_MAX, 'field.tooLong'),
    which: choiceOf(['all', 'choose'], 'choice.missing').default('all'),
    permissions: manyOf(),
    message: messageField(),
    ends_on: z.string().default(''),
  })
  .transform(({ which, permissions, ends_on, ...rest }) => ({
    ...rest,
    endsOn: ends_on,
    permissions: which === 'all' ? PERMISSIONS : permissions,
  }))

type Input = z.output<typeof InviteForm>

/** What became of one address of several: why it was not invited, or that it is. */
export interface Outcome {
  typed: string
  replaced?: boolean
  refused?: Refusal | TooMany
  sentence?: string
}

type ShowUsers = (req: Request, res: Response, form: Form, outcomes?: Outcome[]) => Promise<void>

export function inviting(db: Db, showUsers: ShowUsers) {
  const page = Router()

  async function inviteOne(req: Request, typed: string, input: Input) {
    const email = check(emailField(), typed, 'email')
    return (await invite(db, actor(req), currentClient(req), { ...input, email })).replaced
  }

  async function inviteEach(req: Request, list: string[], input: Input): Promise<Outcome[]> {
    // What is wrong with all of them is said once, before any is sent.
    choosePermissions(input.permissions)
    readEnd(input.endsOn)
    if (input.message) await mustMayWrite(db, actor(req))
    const seen = new Set<string>()
    const outcomes: Outcome[] = []
    const until = inMinutes(TRIED_FOR_MINUTES)
    for (const typed of list)
      try {
        const address = lowerCase(typed)
        if (seen.has(address)) throw new Refusal('invite.list.twice', 'email')
        seen.add(address)
        if (timestamp() > until) throw new Refusal('invite.list.noTime', 'email')
        outcomes.push({ typed, replaced: await inviteOne(req, typed, input) })
      } catch (refused) {
        if (!(refused instanceof Refusal || refused instanceof TooMany)) throw refused
        outcomes.push({ typed, refused, sentence: sentenceOf(refused) })
      }
    return outcomes
  }

  page.post(`${PAGE}/invite`, ...owner, async (req, res) => {
    const ticked = asksToTick(req) && tickedForm(req, await listPresets(db, currentClient(req)))
    if (ticked) return showUsers(req, res.status(statusOf(ticked)), ticked)
    let list: string[] = []
    let outcomes: Outcome[] = []
    let replaced = false
    const form = await submit(InviteForm, req.body, async (input) => {
      list = readAddresses(input.email)
      const [only = input.email.trim(), second] = list
      if (list.length > AT_ONCE_MAX)
        throw new Refusal('invite.list.tooMany', 'email', { count: list.length, max: AT_ONCE_MAX })
      if (second === undefined) replaced = await inviteOne(req, only, input)
      else outcomes = await inviteEach(req, list, input)
    })
    if (form) return showUsers(req, res.status(422), form)
    const left = outcomes.filter(({ refused }) => refused)
    if (left.length > 0) return showLeft(req, res, outcomes, left)
    if (outcomes.length > 0) {
      const again = outcomes.filter((one) => one.replaced).length
      const values = { count: outcomes.length, again }
      flash(res, 'success', again ? 'invite.list.sentAgain' : 'invite.list.sent', values)
    } else flash(res, 'success', replaced ? 'invite.replaced' : 'invite.sent', { email: list[0] ?? '' })
    res.redirect(303, PAGE)
  })

  /** As for one: 429 if all that is in the way is a limit. */
  function showLeft(req: Request, res: Response, outcomes: Outcome[], left: Outcome[]) {
    const over = left.map(({ refused }) => refused).filter((refused) => refused instanceof TooMany)
    const [tooMany] = over
    res.status(422)
    if (tooMany && over.length === outcomes.length)
      res.status(429).set('Retry-After', String(tooMany.seconds))
    const values = { ...req.body, email: left.map(({ typed }) => typed).join('\n') }
    const errors = { email: t('invite.list.left', { count: left.length, all: outcomes.length }) }
    return showUsers(req, res, { values, errors, ...(tooMany && { tooMany }) }, outcomes)
  }

  return page
}
