// A few words of one's own, of whoever invites and of whoever declines: plain text of some lines, in mails and on pages.

import { z } from 'zod'
import type { Key } from './translate.ts'

const MESSAGE_MAX = 500

// All but line breaks: control characters, and those that make the text around them read backwards.
const INVISIBLE = /[^\P{Cc}\n]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

export const wordsField = (max: number, tooLong: Key) =>
  z
    .string('field.malformed')
    .transform((text) => text.replace(/\r\n?/g, '\n').replace(/\t/g, ' ').replace(INVISIBLE, '').trim())
    .pipe(z.string().max(max, tooLong))
    .default('')

export const messageField = () => wordsField(MESSAGE_MAX, 'field.tooLong')
