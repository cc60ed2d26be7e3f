// A few words of one's own to somebody who is invited: plain text of some lines, in the mail and on the accept page.

import { z } from 'zod'

const MESSAGE_MAX = 500

// All but line breaks: control characters, and those that make the text around them read backwards.
const INVISIBLE = /[^\P{Cc}\n]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

export const messageField = () =>
  z
    .string('field.malformed')
    .transform((text) => text.replace(/\r\n?/g, '\n').replace(/\t/g, ' ').replace(INVISIBLE, '').trim())
    .pipe(z.string().max(MESSAGE_MAX, 'field.tooLong'))
    .default('')
