// Reading what is sent, 100 KB at the most: for programs as it comes, of a form its fields, or its fields with a file.

import type { IncomingMessage } from 'node:http'
import { type RequestHandler, urlencoded } from 'express'

const LIMIT_BYTES = 100 * 1024
/** Of what is too large this much is still read, since many programs read no answer before they have sent all. */
const DRAINED_BYTES = 20 * LIMIT_BYTES
const PIECES_MAX = 256
const FIELDS_MAX = 200

/** The whole body; nothing when it is too large, or whoever sent it has hung up. */
export async function collect(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    // What is not read any more is still to be answered.
    for await (const piece of incoming.iterator({ destroyOnReturn: false })) {
      bytes += piece.length
      if (bytes <= LIMIT_BYTES) pieces.push(piece)
      // Each costs far more than a byte, should it hold no more.
      if (pieces.length === PIECES_MAX) pieces.push(Buffer.concat(pieces.splice(0)))
      if (bytes > DRAINED_BYTES) break
    }
  } catch {
    return undefined
  }
  return bytes <= LIMIT_BYTES ? Buffer.concat(pieces) : undefined
}

const parseMultipart: RequestHandler = async (req, _res, next) => {
  const type = req.get('Content-Type') ?? ''
  if (!/^multipart\/form-data\b/i.test(type)) return next()
  const body = await collect(req)
  if (!body) return next(Object.assign(new Error('Too large'), { type: 'entity.too.large' }))
  const parsed = await new Response(new Uint8Array(body), { headers: { 'Content-Type': type } })
    .formData()
    .catch(() => undefined)
  if (!parsed) return next(Object.assign(new Error('Malformed form'), { status: 400 }))
  req.body = Object.fromEntries(parsed)
  next()
}

export const readBodies: RequestHandler[] = [
  urlencoded({ extended: false, limit: LIMIT_BYTES, parameterLimit: FIELDS_MAX }),
  parseMultipart,
  (req, _res, next) => {
    req.body ??= {}
    next()
  },
]
