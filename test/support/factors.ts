// An authenticator app: sets two-factor up for whoever is logged in, and makes codes at the time of our clock.

import { Secret, TOTP } from 'otpauth'
import { PASSWORD } from '../../src/dev/cast.ts'
import { moveClock, now } from '../../src/platform/clock.ts'
import type { Visitor } from './visitor.ts'

export const codeOf = (key: string, steps = 0) =>
  new TOTP({ secret: Secret.fromBase32(key) }).generate({ timestamp: now().getTime() + steps * 30_000 })

/** Gives the key, the recovery codes, and codes that were not used yet. */
export async function setUpTwoFactor(
  visitor: Visitor,
  area: '/user' | '/admin' = '/user',
  password = PASSWORD,
) {
  await visitor.visit(`${area}/security`)
  await visitor.press('Set up', { 'Current password': password })
  const key = visitor.$('code').first().text().replaceAll(' ', '')
  await visitor.press('Turn on', { Code: codeOf(key) })
  const recovery = visitor
    .$('li code')
    .map((_, one) => visitor.$(one).text())
    .get()
  return {
    key,
    recovery,
    /** The next code: time goes on until there is one. */
    next() {
      moveClock(1)
      return codeOf(key)
    },
  }
}
