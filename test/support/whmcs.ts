// A program that speaks WHMCS's API: an action and fields in a form, and an answer in JSON.

import { keyOf } from './api.ts'
import type { TestHouse } from './house.ts'

const PUBLIC_PART = 24

/** The two parts of a key, as WHMCS's programs keep them. */
export const partsOf = (key: string) => ({
  identifier: key.slice(0, PUBLIC_PART),
  secret: key.slice(PUBLIC_PART),
})

export async function postForm({ appUrl }: TestHouse, body: string) {
  const answer = await fetch(`${appUrl}/includes/api.php`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body,
  })
  const type = answer.headers.get('Content-Type') ?? ''
  return { status: answer.status, type, headers: answer.headers, text: await answer.text() }
}

export type Fields = Record<string, string | number | boolean>

export const whmcsCaller =
  (house: TestHouse, key: string) =>
  async (action: string, fields: Fields = {}) => {
    const all = Object.entries({ ...partsOf(key), action, ...fields }).map(([name, value]) => [
      name,
      String(value),
    ])
    const { status, text } = await postForm(house, String(new URLSearchParams(all)))
    return { status, ...JSON.parse(text) }
  }

/** The path of a link that logs this user in. */
export async function signOnOf(house: TestHouse, email: string): Promise<string> {
  const user = await house.db('users').where({ email }).first()
  const call = whmcsCaller(house, await keyOf(house))
  const { redirect_url } = await call('CreateSsoToken', { user_id: user.id })
  return redirect_url.slice(house.appUrl.length)
}

/** What is answered to what is not done, and to what is. */
export const no = (message: string, status = 200) => ({ status, result: 'error', message })
export const done = (more: object = {}) => ({ status: 200, result: 'success', ...more })
