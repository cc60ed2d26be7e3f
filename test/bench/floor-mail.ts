// The floor of mail: nodemailer's pool by itself, handing over the same bytes again and again.

import { createTransport } from 'nodemailer'
import { SENDERS } from '../../src/platform/mail.ts'

const { url, count, bytes } = JSON.parse(process.argv[2] ?? '')
const pool = createTransport({ url, pool: true, maxConnections: SENDERS, maxMessages: 100 })
const half = Math.floor(bytes / 2)
const message = {
  from: 'bench@latchkey.example',
  subject: 'Somebody invited you',
  text: line(half),
  html: line(half),
}

function line(length: number) {
  return `${'Somebody invited you to look after an account. '.repeat(2)}\n`.repeat(Math.ceil(length / 95))
}

await Promise.all(
  Array.from({ length: count }, (_, nth) => pool.sendMail({ ...message, to: `guest${nth}@example.net` })),
)
pool.close()
