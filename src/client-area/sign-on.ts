// Where the link leads that a program of the host's has made to log somebody in: a page with one button, since whatever
// looks at links beforehand would use it up. It names who will be logged in, so that nobody is somebody else unawares.

import { type Request, type Response, Router } from 'express'
import { asPerson } from '../domain/people.ts'
import { Refusal } from '../domain/refusal.ts'
import { findSignOn, type SignOn, takeSignOn } from '../domain/sign-ons.ts'
import type { Db } from '../platform/database.ts'
import { type Form, formOf, NoInput, submit } from '../web/form.ts'
import { limit } from '../web/limits.ts'
import { actor } from '../web/request.ts'
import { finishLogin } from '../web/second-step.ts'
import { show } from '../web/views.ts'
import { addressFor, isAccountPage } from '../web/which-account.ts'
import { anyone } from './area.ts'

const URL = '/sso/:token'

export function signOnPage(db: Db) {
  const page = Router()

  async function showSignOn(req: Request, res: Response, form: Form) {
    const found = await findSignOn(db, String(req.params.token))
    if (!found) throw new Refusal('link.dead')
    const { user, client } = found
    const isOthers = req.visit.user !== undefined && req.visit.user.id !== user.id
    show(req, res, 'client-area/sign-on', { form, user, client, isOthers })
  }

  page.get(URL, ...anyone, limit('link'), (req, res) => showSignOn(req, res, formOf(req)))

  page.post(URL, ...anyone, limit('link'), async (req, res) => {
    let found: SignOn | undefined
    const form = await submit(NoInput, req.body, async () => {
      found = await takeSignOn(db, actor(req), String(req.params.token))
    })
    if (form || !found) return showSignOn(req, res.status(422), form ?? formOf(req))
    const { user, client, path } = found
    const returnTo = client && isAccountPage(path) ? addressFor(path, client.id) : path
    await finishLogin(req, res, db, asPerson(user), { returnTo, ...(client && { client }) })
  })

  return page
}
