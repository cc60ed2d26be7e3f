// What went wrong with a message, in three words, from what nodemailer and the peer's answer say:
//   address   the peer refused this address or this message for good: trying again gives the same answer;
//   settings  our login, our sender, our TLS or our being there at all was refused: an admin can mend it;
//   passing   everything else: the same message may go through later.
// The last two are tried again alike, so a doubt costs time, never a message; only `address` is final.

export type Fault = 'address' | 'settings' | 'passing'

/** A message that was not taken. Its text is one line, without the password and without the message. */
export class MailFault extends Error {
  override name = 'MailFault'
  readonly fault: Fault

  constructor(fault: Fault, message: string) {
    super(message)
    this.fault = fault
  }
}

const LONGEST = 500

/** What nodemailer puts on its errors. `code` names the step, `originalCode` what the system said. */
interface Failure {
  message?: string
  code?: string
  originalCode?: string
  responseCode?: number
  response?: string
  command?: string
}

/** Asked to log in first, at whichever command the peer got to say so. */
const LOGIN_CODES = [530, 534, 535, 538]
/** Bad sequence of commands: the session was in a wrong state, which says nothing about the message. */
const OUT_OF_STEP = 503
const OURS = ['EAUTH', 'ENOAUTH', 'EOAUTH2', 'ETLS', 'EREQUIRETLS', 'ECONFIG', 'EPROXY']
/** Node's and OpenSSL's words for a certificate or a handshake, met where TLS comes first (smtps). */
const TLS_CODES =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_|INVALID_)/

export function faultOf(error: unknown): Fault {
  const failure = (error ?? {}) as Failure
  const { code = '', originalCode = '', responseCode = 0 } = failure
  if (responseCode >= 400 && responseCode < 500) return 'passing'
  if (responseCode >= 500) return ofAnswer(failure, responseCode)
  if (OURS.includes(code) || TLS_CODES.test(originalCode)) return 'settings'
  // The name in SMTP_URL does not exist. A name server that is away says EAI_AGAIN.
  if (code === 'EDNS' && originalCode === 'ENOTFOUND') return 'settings'
  // Never sent, because nodemailer itself finds it wrong: an address, or a size that the peer announced.
  if (code === 'EENVELOPE') return /^Invalid sender/.test(failure.message ?? '') ? 'settings' : 'address'
  if (code === 'EMESSAGE') return 'address'
  return 'passing'
}

/** The peer said no for good. Before RCPT TO that is about us, from there on about address and message. */
function ofAnswer({ command, response = '' }: Failure, responseCode: number): Fault {
  if (LOGIN_CODES.includes(responseCode) || wantsAnotherSender(response)) return 'settings'
  if (responseCode === OUT_OF_STEP) return 'passing'
  return command === 'RCPT TO' || command === 'DATA' ? 'address' : 'settings'
}

/** "Relay access denied", "authentication required": codes differ, the words do not. Addresses are not words. */
function wantsAnotherSender(response: string) {
  if (/^\d{3}[ -]5\.[1-6]\./.test(response)) return false
  return /\brelay|authenticat/i.test(response.replace(/\S+@\S+/g, ''))
}

/** One line of printable text, cut to what the log holds. `hidden` does not show in it. */
export function plainLine(text: string, hidden: string[] = []) {
  const shown = hidden.filter(Boolean).reduce((line, secret) => line.replaceAll(secret, '…'), text)
  return shown
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST)
}
