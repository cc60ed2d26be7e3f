// Invite New User: one address, or up to 50 pasted at once. Each is invited in a transaction of its own and answered as
// if it had come alone (R22); those that could not be invited come back in the field, each with its sentence.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { invite } from '../domain/inviting.ts'
import { AT_ONCE_MAX, type Invited, inviteMany } from '../domain/inviting-many.ts'
import { listPresets } from '../domain/presets.ts'
import { Refusal, TooMany } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { readAddresses } from '../web/address-list.ts'
import { flash } from '../web/flash.ts'
import { check, choiceOf, emailField, type Form, manyOf, submit } from '../web/form.ts'
import { messageField } from '../web/message-field.ts'
import { asksToTick, statusOf, tickedForm } from '../web/presets.ts'
import { actor, currentClient, currentReach } from '../web/request.ts'
import { t } from '../web/translate.ts'
import { sentenceOf } from '../web/words.ts'
import { manages } from './area.ts'

const PAGE = '/account/users'
const LIST_CHARS_MAX = 20_000

/** `all`: what whoever invites may give. */
const inviteForm = (all: readonly string[]) =>
  z
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
      permissions: which === 'all' ? all : permissions,
    }))

type Input = z.output<ReturnType<typeof inviteForm>>

/** With why it was not invited, in words. */
export interface Outcome extends Invited {
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
    const read = (typed: string) => check(emailField(), typed, 'email')
    const outcomes = await inviteMany(db, actor(req), currentClient(req), list, input, { read })
    return outcomes.map((one) => ({ ...one, ...(one.refused && { sentence: sentenceOf(one.refused) }) }))
  }

  page.post(`${PAGE}/invite`, ...manages, async (req, res) => {
    const all = currentReach(req).permissions
    const ticked = asksToTick(req) && tickedForm(req, await listPresets(db, currentClient(req)), all)
    if (ticked) return showUsers(req, res.status(statusOf(ticked)), ticked)
    let list: string[] = []
    let outcomes: Outcome[] = []
    let replaced = false
    const form = await submit(inviteForm(all), req.body, async (input) => {
      // Without any address in it, it is one that went wrong, not as many as it has words.
      list = input.email.includes('@') ? readAddresses(input.email) : []
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
