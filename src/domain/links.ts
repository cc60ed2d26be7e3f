// One-time links (R23): id and HMAC-SHA-256 under APP_SECRET over kind, id and the row's random nonce.
// A new nonce is a new link; without the secret nothing in the database rebuilds one. Comparing takes
// the same time for right and wrong, and the address is always APP_URL's.

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { inHand } from './handed.ts'

export type LinkKind =
  | 'invite'
  | 'register'
  | 'reset'
  | 'verify'
  | 'email-change'
  | 'email-back'
  | 'admin-reset'
  | 'first-admin'

const PATHS: Record<LinkKind, string> = {
  invite: '/invite/',
  register: '/register/',
  reset: '/password/reset/',
  verify: '/user/verify/',
  'email-change': '/user/email/confirm/',
  'email-back': '/user/email/back/',
  'admin-reset': '/admin/password/reset/',
  'first-admin': '/admin/first/',
}

export const newNonce = () => randomBytes(24).toString('base64url')

const sign = (secret: string, kind: LinkKind, id: number, nonce: string) =>
  createHmac('sha256', secret).update(`${kind}\n${id}\n${nonce}`).digest()

export function linkTo(kind: LinkKind, row: { id: number; nonce: string }): string {
  const { appUrl, secrets } = inHand()
  const mac = sign(secrets[0] ?? '', kind, row.id, row.nonce)
  return `${appUrl}${PATHS[kind]}${row.id}-${mac.toString('base64url')}`
}

/** The row that a token names, if it was us who made the token from that row's nonce. */
export async function readToken<Row extends { id: number; nonce: string }>(
  kind: LinkKind,
  token: string,
  find: (id: number) => Promise<Row | undefined>,
): Promise<Row | undefined> {
  const [, id, mac] = /^(\d{1,9})-([\w-]{43})$/.exec(token) ?? []
  const row = await find(Number(id ?? 0))
  const given = Buffer.from(mac ?? '', 'base64url')
  const nonce = row?.nonce ?? 'no such row'
  const matches = inHand()
    .secrets.map((secret) => sign(secret, kind, Number(id ?? 0), nonce))
    .map((expected) => given.length === expected.length && timingSafeEqual(given, expected))
  return row && matches.includes(true) ? row : undefined
}

/** What only we can make of a text, for a secret that is made again from the same. */
export const signOnce = (text: string) =>
  createHmac('sha256', inHand().secrets[0] ?? '')
    .update(`once\n${text}`)
    .digest('base64url')

/** For secrets that a browser keeps: only this is stored. */
export const fingerprint = (secret: string) => createHash('sha256').update(secret).digest('hex')
