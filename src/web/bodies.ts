// Reading what a form sends, 100 KB at the most: fields, or fields with a file.

import { type RequestHandler, raw, urlencoded } from 'express'

const LIMIT = '100kb'
const FIELDS_MAX = 200

const parseMultipart: RequestHandler = async (req, _res, next) => {
  if (!Buffer.isBuffer(req.body)) return next()
  const type = req.get('Content-Type') ?? ''
  const parsed = await new Response(new Uint8Array(req.body), { headers: { 'Content-Type': type } })
    .formData()
    .catch(() => undefined)
  if (!parsed) return next(Object.assign(new Error('Malformed form'), { status: 400 }))
  req.body = Object.fromEntries(parsed)
  next()
}

export const readBodies: RequestHandler[] = [
  urlencoded({ extended: false, limit: LIMIT, parameterLimit: FIELDS_MAX }),
  raw({ type: 'multipart/form-data', limit: LIMIT }),
  parseMultipart,
  (req, _res, next) => {
    req.body ??= {}
    next()
  },
]
