// What is the same for everybody who is not logged in, and has nothing secret in it: a browser keeps it, asks each time
// whether it is still so, and is sent nothing if it is. Every other page is kept nowhere (hardening.ts).

import { createHash } from 'node:crypto'
import type { RequestHandler } from 'express'

const TAG_LENGTH = 22

/** Somebody's session stands in the page, or may be renewed by a cookie of the answer, which nobody else may get. */
export const revalidating: RequestHandler = ({ visit }, res, next) => {
  if (visit.user || visit.admin || visit.flash) return next()
  const send = res.send.bind(res)
  res.send = (body) => {
    if (res.statusCode === 200 && !res.get('Set-Cookie'))
      res.set({ 'Cache-Control': 'no-cache', ETag: tagOf(String(body)) })
    return send(body)
  }
  next()
}

/** Weak, since it is the same however it is compressed. */
const tagOf = (body: string) =>
  `W/"${createHash('sha256').update(body).digest('base64url').slice(0, TAG_LENGTH)}"`
