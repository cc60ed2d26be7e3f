// The accept page: the first thing that a stranger sees of us. It says who invites, to which account, what it
// will allow, and as whom one is about to accept. Looking at it changes nothing: mail scanners follow links (R16).

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import {
  accept,
  DECLINE_WORD_MAX,
  decline,
  findJoined,
  getOffer,
  registerAndAccept,
} from '../domain/accepting.ts'
import { findClientOf } from '../domain/associations.ts'
import { type Client, clientName } from '../domain/clients.ts'
import { markOpened } from '../domain/invitation-links.ts'
import { countTry } from '../domain/limits.ts'
import { checkLogin } from '../domain/logins.ts'
import { checkPassword, hashPassword } from '../domain/passwords.ts'
import { asPerson } from '../domain/people.ts'
import { Refusal } from '../domain/refusal.ts'
import { findUserByEmail, type User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, NoInput, submit } from '../web/form.ts'
import { forgiveLogin, limit, networkIn } from '../web/limits.ts'
import { wordsField } from '../web/message-field.ts'
import { actor, currentUser } from '../web/request.ts'
import { finishLogin } from '../web/second-step.ts'
import { enter, logIn } from '../web/session.ts'
import { tryLogin } from '../web/try-login.ts'
import { show } from '../web/views.ts'
import { anyone, loggedIn } from './area.ts'
import { NewLogin } from './register.ts'

const RegisterForm = z.object(NewLogin)
const DeclineForm = z.object({ word: wordsField(DECLINE_WORD_MAX, 'accept.word.tooLong') })
type Registration = z.output<typeof RegisterForm>

export function acceptPage(db: Db) {
  const page = Router()
  const tokenOf = (req: Request) => String(req.params.token)

  async function showOffer(req: Request, res: Response, form: Form) {
    const joined = await findJoined(db, tokenOf(req), req.visit.user)
    if (joined) return leadIn(req, res, joined)
    const offer = await getOffer(db, tokenOf(req))
    const { user } = req.visit
    const isUser = Boolean(user && (await findClientOf(db, user, offer.client.id)))
    show(req, res, 'client-area/invite', { ...offer, isUser, form, token: tokenOf(req) })
  }

  /** Somebody tried: that is when whoever invited learns that the link was opened (HARD-CASES H28). */
  async function refused(req: Request, res: Response, form: Form) {
    await markOpened(db, actor(req), tokenOf(req))
    return showOffer(req, res.status(422), form)
  }

  /** The user who accepted follows the link again (R20); entering an account is a post of its own. */
  function leadIn(req: Request, res: Response, client: Client) {
    if (req.visit.client?.id === client.id) return res.redirect(303, '/clientarea')
    show(req, res, 'client-area/joined', { client })
  }

  function welcome(res: Response, client: Client) {
    flash(res, 'success', 'accept.done', { client: clientName(client) })
    res.redirect(303, '/clientarea')
  }

  page.get('/invite/:token{/:step}', ...anyone, limit('link'), (req, res) => showOffer(req, res, formOf(req)))

  page.post('/invite/:token/accept', ...loggedIn, async (req, res) => {
    const user = currentUser(req)
    let client = await findJoined(db, tokenOf(req), user)
    const form = await submit(NoInput, req.body, async () => {
      client ??= await accept(db, actor(req), tokenOf(req), user)
    })
    if (form || !client) return refused(req, res, form ?? formOf(req))
    await enter(req, db, client)
    welcome(res, client)
  })

  page.post('/invite/:token/register', ...anyone, limit('login'), async (req, res) => {
    let made: { client: Client; user: User } | undefined
    const form = await submit(RegisterForm, req.body, async (input) => {
      made = await madeByFirstClick(req, input)
      made ??= await make(req, input).catch(async (error) => {
        if (!(error instanceof Refusal)) throw error
        const first = await madeByFirstClick(req, input) // it was under way still when we looked
        if (!first) throw error
        return first
      })
    })
    if (form || !made) return refused(req, res, form ?? formOf(req))
    await forgiveLogin(req)
    if (made.user.factors > 0)
      return finishLogin(req, res, db, asPerson(made.user), { returnTo: `/invite/${tokenOf(req)}` })
    await logIn(req, res, db, made.user, { client: made.client })
    welcome(res, made.client)
  })

  async function make(req: Request, { password, ...person }: Registration) {
    const { invitation } = await getOffer(db, tokenOf(req))
    const chosenFor = { email: person.email, product: req.visit.settings.name }
    checkPassword(password, chosenFor)
    await countTry(db, 'registrationsOfInvitation', String(invitation.id))
    await countTry(db, 'registrationsOfNetwork', networkIn(req))
    const password_hash = await hashPassword(password, chosenFor)
    return registerAndAccept(db, actor(req), tokenOf(req), { ...person, password_hash })
  }

  /** A second click of Create account, told from a stranger's by the password. */
  async function madeByFirstClick(req: Request, { email, password }: Registration) {
    const user = await findUserByEmail(db, email)
    const client = await findJoined(db, tokenOf(req), user)
    return (
      client && { client, user: await tryLogin(req, 'user', email, () => checkLogin(db, email, password)) }
    )
  }

  page.post('/invite/:token/decline', ...anyone, async (req, res) => {
    let word = ''
    const form = await submit(DeclineForm, req.body, async (input) => {
      word = input.word
    })
    if (form) return refused(req, res, form)
    const client = await decline(db, actor(req), tokenOf(req), word)
    show(req, res, 'client-area/declined', { client })
  })

  return page
}
