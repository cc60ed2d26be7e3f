// Personal tokens: what a user's own programs show to the API. Making one takes the password; its secret is shown once.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { provePassword } from '../domain/factors.ts'
import { newNonce } from '../domain/links.ts'
import { asPerson } from '../domain/people.ts'
import { getToken, listTokens, makeToken, revokeToken, TOKEN_DAYS } from '../domain/personal-tokens.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { choiceOf, type Form, formOf, onceField, requiredLine, submit, yourPassword } from '../web/form.ts'
import { actor, currentUser, idOf } from '../web/request.ts'
import { showSecret } from '../web/secret-page.ts'
import { show } from '../web/views.ts'
import { loggedIn } from './area.ts'

const LIST = '/user/tokens'
const REVOKE = `${LIST}/:tokenId/revoke`
const NAME_MAX = 60

const TokenForm = z.object({
  name: requiredLine('field.missing', NAME_MAX),
  days: choiceOf(TOKEN_DAYS, 'field.missing'),
  current_password: yourPassword(),
  once: onceField(),
})

export function tokens(db: Db) {
  const page = Router()

  const showList = async (req: Request, res: Response, form: Form) =>
    show(req, res, 'client-area/tokens', {
      form,
      tokens: await listTokens(db, currentUser(req)),
      days: TOKEN_DAYS,
      once: newNonce(),
    })

  page.get(LIST, ...loggedIn, (req, res) => showList(req, res, formOf(req, { days: TOKEN_DAYS[1] })))

  page.post(LIST, ...loggedIn, async (req, res) => {
    let secret = ''
    const form = await submit(TokenForm, req.body, async ({ name, days, current_password, once }) => {
      const user = currentUser(req)
      await provePassword(db, asPerson(user), current_password, 'current_password')
      secret = await makeToken(db, actor(req), user, { name, days: Number(days), once })
    })
    if (form) return showList(req, res.status(422), form)
    showSecret(req, res, { secret, url: LIST, layout: 'client-area' })
  })

  page.get(REVOKE, ...loggedIn, async (req, res) => {
    await getToken(db, currentUser(req), idOf(req.params.tokenId))
    await showList(req, res, formOf(req, { days: TOKEN_DAYS[1] }))
  })

  page.post(REVOKE, ...loggedIn, async (req, res) => {
    await revokeToken(db, actor(req), currentUser(req), idOf(req.params.tokenId))
    flash(res, 'success', 'tokens.revoked')
    res.redirect(303, LIST)
  })

  return page
}
