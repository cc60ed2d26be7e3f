// Only without NODE_ENV=production: the mailbox, and a page for every template.

import { Router } from 'express'
import type { Config } from '../config.ts'
import { readMailbox } from '../platform/mail.ts'
import { guard } from '../web/guards.ts'
import { show } from '../web/views.ts'
import { escapeHtml } from '../web/words.ts'
import { catalogue } from './catalogue.ts'

const sample = guard('sample mode', [])

// A mail's own styles are inline; nothing in it may run or be fetched.
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-top-navigation-by-user-activation; form-action 'none'; frame-ancestors 'none'"

/** Text as HTML, its addresses as links. */
const linked = (text: string) =>
  escapeHtml(text).replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}" hx-boost="false">${url}</a>`)

export function sampleMode({ dataDir }: Config) {
  const page = Router()
  const folder = `${dataDir}/mail`

  page.get('/dev/mail', ...sample, (req, res) =>
    show(req, res, 'dev/mail', { messages: readMailbox(folder), linked }),
  )

  page.get('/dev/mail.json', ...sample, (_req, res) => {
    res.json(readMailbox(folder))
  })

  page.get('/dev/mail/:id', ...sample, (req, res, next) => {
    const message = readMailbox(folder).find(({ id }) => id === req.params.id)
    if (!message) return next()
    res.set('Content-Security-Policy', MAIL_POLICY).type('html').send(message.html)
  })

  page.use(catalogue())
  return page
}
