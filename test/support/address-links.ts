import { linkTo } from '../../src/domain/links.ts'
import { inMinutes, timestamp } from '../../src/platform/clock.ts'
import type { TestHouse } from './house.ts'
import { signOnOf } from './whmcs.ts'

/** Links about Alice's address, and one that logs her in, that still work, by their route. */
export async function addressLinks(house: TestHouse): Promise<Record<string, string>> {
  const { id: user_id, email } = await house.db('users').where({ email: 'alice@example.com' }).first()
  const row = { id: 1, nonce: 'n' }
  const until = { expires_at: inMinutes(60), created_at: timestamp() }
  await house.db('email_verifications').insert({ ...row, email, user_id, ...until })
  const change = { user_id, old_email: email, new_email: 'a@example.net', back_nonce: 'n', ...until }
  const back = { confirmed_at: timestamp(), back_until: inMinutes(60) }
  await house.db('email_changes').insert({ ...row, ...change })
  await house.db('email_changes').insert({ ...row, ...change, ...back, id: 2 })
  const signOn = await signOnOf(house, email)
  // However slow the story is that follows.
  await house.db('sign_ons').update({ expires_at: inMinutes(60) })
  const path = (link: string) => link.slice(house.appUrl.length)
  return {
    '/sso/:token': signOn,
    '/user/verify/:token': path(linkTo('verify', row)),
    '/user/email/confirm/:token': path(linkTo('email-change', row)),
    '/user/email/back/:token': path(linkTo('email-back', { ...row, id: 2 })),
  }
}
