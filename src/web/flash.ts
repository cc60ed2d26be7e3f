// One sentence that arrives with the next page: kept in a cookie of the browser, as a key and its values.

import type { Request, Response } from 'express'
import type { Values } from '../domain/refusal.ts'
import { clearCookie, readCookie, setCookie } from './cookies.ts'
import { isKey, type Key, t } from './translate.ts'

export interface Flash {
  kind: 'success' | 'warning'
  sentence: string
}

const NAME = 'flash'

export const flash = (res: Response, kind: Flash['kind'], key: Key, values: Values = {}) =>
  setCookie(res, NAME, JSON.stringify([kind, key, values]))

/** Takes the sentence out of the browser; whatever is not ours is dropped. */
export function takeFlash(req: Request, res: Response): Flash | undefined {
  const text = readCookie(req, NAME)
  if (!text) return undefined
  clearCookie(res, NAME)
  try {
    const [kind, key, values] = JSON.parse(text)
    if (!isKey(key)) return undefined
    return { kind: kind === 'warning' ? 'warning' : 'success', sentence: t(key, values) }
  } catch {
    return undefined
  }
}
