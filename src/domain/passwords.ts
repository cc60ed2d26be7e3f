// argon2id with the parameters of the OWASP Password Storage Cheat Sheet. Hashing is heavy: two at once and
// twenty waiting for two seconds at most, so that a flood of logins cannot starve the rest (HARD-CASES H22).
// Every check does one hash, also for a user who is unknown or has no password.

import { hash, verify } from '@node-rs/argon2'
import { folded, isCommon } from './common-passwords.ts'
import { Busy, Refusal } from './refusal.ts'
import { SETTINGS } from './settings.ts'

export const PASSWORD_MIN = 10
export const PASSWORD_MAX = 128

const AT_ONCE = 2
const WAITING_MAX = 20
const WAIT_MS = 2_000
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

// Made from a password that nobody knows; only its cost matters.
const NOBODYS =
  '$argon2id$v=19$m=19456,t=2,p=1$4TsoGdMta+gh5ZhdIIMxSQ$r6zhlDVhxCmTP8x5behANHlbl+QMGygkZJOGtiFiisE'

let running = 0
const waiting: { start: () => void }[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await waitForTurn()
  else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next.start()
    else running--
  }
}

/** Asked before anything is counted or written for a password that would be turned away. */
export function mustHaveRoom() {
  if (waiting.length >= WAITING_MAX) throw new Busy()
}

function waitForTurn(): Promise<void> {
  mustHaveRoom()
  return new Promise((resolve, reject) => {
    const start = () => {
      clearTimeout(timer)
      resolve()
    }
    const place = { start }
    const timer = setTimeout(() => {
      waiting.splice(waiting.indexOf(place), 1)
      reject(new Busy())
    }, WAIT_MS)
    waiting.push(place)
  })
}

/** What a password is chosen for: what stands in it there would be guessed first. */
export interface ChosenFor {
  email?: string
  /** What the host calls this. */
  product?: string
}

// The same in whatever way a keyboard puts letters together (NIST SP 800-63B-4 §3.1.1.2); this is what is counted.
const same = (password: string) => password.normalize('NFKC')
const lengthOf = (password: string) => [...same(password)].length

/** 10 to 128 characters, any of Unicode, and nothing that is tried first; refused before any work is done. */
export function checkPassword(password: string, { email = '', product = SETTINGS.name }: ChosenFor = {}) {
  const length = lengthOf(password)
  if (length < PASSWORD_MIN) throw new Refusal('password.tooShort', 'password', { min: PASSWORD_MIN })
  if (length > PASSWORD_MAX) throw new Refusal('password.tooLong', 'password', { max: PASSWORD_MAX })
  if (isCommon(password)) throw new Refusal('password.common', 'password')
  const address = folded(email.trim())
  if (address && [address, address.split('@')[0]].includes(folded(password)))
    throw new Refusal('password.isEmail', 'password')
  if ([product, SETTINGS.name].some((name) => isOnly(password, name)))
    throw new Refusal('password.isProduct', 'password', { name: product })
}

const lettersOf = (text: string) => folded(text).replace(/\P{L}/gu, '')

/** The name once or repeated, whatever digits and signs stand around it. */
const isOnly = (password: string, name: string) => {
  const [letters, again] = [lettersOf(password), lettersOf(name)]
  return letters !== '' && again !== '' && letters.replaceAll(again, '') === ''
}

/** Refuses a password that will not do. Never call it inside a transaction. */
export function hashPassword(password: string, chosenFor: ChosenFor = {}): Promise<string> {
  checkPassword(password, chosenFor)
  return inTurn(() => hash(same(password), COST))
}

/** Whether it is the password behind the hash; as slow for no hash at all. */
export async function verifyPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  if (lengthOf(password) > PASSWORD_MAX) return false
  const matches = await inTurn(() => verify(stored ?? NOBODYS, same(password)).catch(() => false))
  return matches && Boolean(stored)
}
