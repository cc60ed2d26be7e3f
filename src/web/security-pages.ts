// What a person sees to the safety of their login with, the same for users and admins: one page of sections, each
// with data of its own. What takes effect asks for the current password in the same form.

import { type Request, type Response, Router } from 'express'
import { renderSVG } from 'uqr'
import { z } from 'zod'
import type { Person } from '../domain/people.ts'
import { countRecoveryCodes } from '../domain/recovery-codes.ts'
import { findPending, findTotp } from '../domain/totp.ts'
import { beginTotp, confirmTotp, removeTotp, renewCodes } from '../domain/two-factor.ts'
import type { Db } from '../platform/database.ts'
import { flash } from './flash.ts'
import { emptyForm, type Form, optionalLine, passwordField, requiredLine, submit } from './form.ts'
import { inPerson } from './guards.ts'
import { forgiveLogin, limit } from './limits.ts'
import { passkeyData, passkeyPages, type Section } from './passkey-pages.ts'
import { actor } from './request.ts'
import { show } from './views.ts'

type Options = Omit<Section, 'showPage' | 'showCodes'>

const PasswordForm = z.object({ password: passwordField() })
const CodeForm = z.object({ code: requiredLine('code.missing', 100) })
const ProofForm = z.object({ password: passwordField(), code: requiredLine('code.missing', 100) })
const RenewForm = z.object({ password: passwordField(), code: optionalLine(100) })

const QR_WIDTH = 232

/** White and black whatever the page's colours are, since cameras expect it; no style, for the CSP. */
const qrOf = (uri: string) =>
  renderSVG(uri, { border: 4 }).replace(
    '<svg ',
    `<svg width="${QR_WIDTH}" height="${QR_WIDTH}" aria-hidden="true" focusable="false" `,
  )

type Which = 'setUp' | 'renew' | 'remove' | 'passkey'

/** The section of the authenticator app: how it is, and the form that could not be taken. */
async function totpData(db: Db, person: Person, failed: Partial<Record<Which, Form>>) {
  const forms = { setUp: emptyForm(), renew: emptyForm(), remove: emptyForm(), ...failed }
  return { forms, since: await findTotp(db, person), left: await countRecoveryCodes(db, person) }
}

export function securityPages(db: Db, options: Options) {
  const { url, layout, guards, personOf, renew } = options
  const page = Router()

  const showPage = async (req: Request, res: Response, failed: Partial<Record<Which, Form>> = {}) =>
    show(req, res, `${layout}/security`, {
      url,
      // Here, too, where it is seen what came too soon.
      ...failed,
      totp: await totpData(db, personOf(req), failed),
      passkeys: await passkeyData(db, personOf(req), failed.passkey),
    })

  const showCodes = (req: Request, res: Response, codes: string[], first: 'app' | 'passkey' | '') =>
    show(req, res, 'includes/recovery-codes', { url, layout, codes, first })

  page.use(
    passkeyPages(db, {
      ...options,
      showPage: (req, res, passkey) => showPage(req, res, { passkey }),
      showCodes: (req, res, codes) => showCodes(req, res, codes, 'passkey'),
    }),
  )

  async function showSetUp(req: Request, res: Response, form: Form) {
    const pending = await findPending(db, personOf(req), req.visit.settings.name)
    if (!pending) return res.redirect(303, url)
    const key = pending.key.replace(/(.{4})(?=.)/g, '$1 ')
    const { uri } = pending
    show(req, res, 'includes/totp-set-up', { url, layout, form, key, uri, qr: qrOf(uri) })
  }

  for (const path of [url, `${url}/totp`, `${url}/totp/remove`, `${url}/recovery-codes`])
    page.get(path, ...guards, (req, res) => showPage(req, res))

  page.post(`${url}/totp`, ...guards, limit('login'), async (req, res) => {
    const setUp = await submit(PasswordForm, req.body, ({ password }) =>
      beginTotp(db, actor(req), personOf(req), password),
    )
    if (setUp) return showPage(req, res.status(422), { setUp })
    await forgiveLogin(req)
    res.redirect(303, `${url}/totp/confirm`)
  })

  page.get(`${url}/totp/confirm`, ...inPerson(guards), (req, res) => showSetUp(req, res, emptyForm()))

  page.post(`${url}/totp/confirm`, ...guards, limit('login'), async (req, res) => {
    let codes: string[] = []
    const form = await submit(CodeForm, req.body, async ({ code }) => {
      codes = await confirmTotp(db, actor(req), personOf(req), code)
    })
    if (form) return showSetUp(req, res.status(422), form)
    await forgiveLogin(req)
    await renew(req, res)
    if (codes.length) return showCodes(req, res, codes, 'app')
    flash(res, 'success', 'twoFactor.isOn')
    res.redirect(303, url)
  })

  page.post(`${url}/recovery-codes`, ...guards, limit('login'), async (req, res) => {
    let codes: string[] = []
    const renew = await submit(RenewForm, req.body, async (proof) => {
      codes = await renewCodes(db, actor(req), personOf(req), proof)
    })
    if (renew) return showPage(req, res.status(422), { renew })
    await forgiveLogin(req)
    showCodes(req, res, codes, '')
  })

  page.post(`${url}/totp/remove`, ...guards, limit('login'), async (req, res) => {
    let left = 0
    const remove = await submit(ProofForm, req.body, async (proof) => {
      left = await removeTotp(db, actor(req), personOf(req), proof)
    })
    if (remove) return showPage(req, res.status(422), { remove })
    await forgiveLogin(req)
    await renew(req, res)
    flash(res, 'success', left ? 'twoFactor.removed.some' : 'twoFactor.removed')
    res.redirect(303, url)
  })

  return page
}
