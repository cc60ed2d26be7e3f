// What tells a browser that a person has logged in from before: random, and worth nothing without their password.

import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import { fingerprint } from '../domain/links.ts'
import { readCookie, setCookie } from './cookies.ts'

const DEVICE_COOKIE = 'device'
const KEPT_DAYS = 365

const ours = (req: Request) => {
  const id = readCookie(req, DEVICE_COOKIE)
  return id && /^[\w-]{43}$/.test(id) ? id : undefined
}

/** The hash of this browser's cookie, when it has one. */
export const deviceOf = (req: Request) => {
  const id = ours(req)
  return id && fingerprint(id)
}

/** Gives the browser its cookie, or keeps it for another year; gives the hash. */
export function deviceToKeep(req: Request, res: Response): string {
  const id = ours(req) ?? randomBytes(32).toString('base64url')
  setCookie(res, DEVICE_COOKIE, id, KEPT_DAYS)
  return fingerprint(id)
}
