// What machines look for at fixed addresses: whom to tell about a weakness (RFC 9116), and where a password
// manager sends somebody who wants another password (W3C, "A Well-Known URL for Changing Passwords").

import { Router } from 'express'
import type { Config } from '../config.ts'
import { inDays } from '../platform/clock.ts'

const PATH = '/.well-known/security.txt'
const VALID_DAYS = 180
const CHANGE_PASSWORD = '/password/reset'

/** The address alone of "Name <address>". */
const bare = (from: string) => (/<([^<>]+)>\s*$/.exec(from)?.[1] ?? from).trim()

export function wellKnown({ appUrl, mailFrom }: Config) {
  const router = Router()

  router.get(PATH, (req, res) => {
    const contact = req.visit.settings.supportEmail || bare(mailFrom)
    const lines = {
      Contact: `mailto:${encodeURI(contact)}`,
      Expires: inDays(VALID_DAYS),
      Canonical: `${appUrl}${PATH}`,
      'Preferred-Languages': 'en',
    }
    const text = Object.entries(lines).map(([name, value]) => `${name}: ${value}\n`)
    res.type('text/plain; charset=utf-8').send(text.join(''))
  })

  router.get('/.well-known/change-password', (_req, res) => res.redirect(302, CHANGE_PASSWORD))

  return router
}
