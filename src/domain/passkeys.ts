// Passkeys of a person (WebAuthn). They are bound to the name in APP_URL, never to what a request says, and must have
// verified the person by PIN, finger or face: so one is both factors at once. A passkey is added under a challenge
// that is only made for whoever has given the password. No key or answer of one is ever written to a log.

import { createHmac } from 'node:crypto'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { about, countFactors, provePassword, startRecovery, takePerson, tellPerson } from './factors.ts'
import { inHand } from './handed.ts'
import { fingerprint } from './links.ts'
import { CHALLENGE_MS, newChallenge, type Purpose, takeChallenge } from './passkey-challenges.ts'
import { keyOf, type Person } from './people.ts'
import { newCodes } from './recovery-codes.ts'
import { NotFound, Refusal } from './refusal.ts'

/** The library is large and most processes meet no passkey, so it is read at the first one. */
export const webauthn = () => import('@simplewebauthn/server')

const MOST = 10
const ID_MAX = 1_400
/** What every runtime and browser knows: Ed25519, ECDSA with P-256, RSA. */
const ALGORITHMS = [-8, -7, -257]
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']

export interface Passkey {
  id: number
  person_kind: Person['kind']
  person_id: number
  credential_id: string
  /** COSE, as base64url. */
  public_key: string
  sign_count: number
  transports: string
  name: string
  created_at: string
  last_used_at: string | null
}

/** Where our passkeys hold: the address of the installation, whatever a request calls it. */
export const relyingParty = () => {
  const { origin, hostname } = new URL(inHand().appUrl)
  return { origin, rpID: hostname }
}

export const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'))

/** By it an authenticator tells logins apart; it says nothing about the person. */
const handleOf = ({ kind, id }: Person) =>
  new Uint8Array(
    createHmac('sha256', inHand().secrets[0] ?? '')
      .update(`passkey\n${kind}\n${id}`)
      .digest(),
  )

export const listPasskeys = (db: Db, person: Person): Promise<Passkey[]> =>
  db<Passkey>('passkeys').where(keyOf(person)).orderBy('id')

export async function getPasskey(db: Db, person: Person, id: number): Promise<Passkey> {
  const row: Passkey | undefined = await db('passkeys')
    .where({ ...keyOf(person), id })
    .first()
  if (!row) throw new NotFound()
  return row
}

/** How a browser is told which passkeys are meant. */
export const describePasskey = ({ credential_id, transports }: Passkey) => ({
  id: credential_id,
  transports: transports.split(',').filter(Boolean),
})

const adding = ({ kind, id }: Person): Purpose => ({ purpose: 'add', kind, id })

/** After the password: what the browser has to know to make one. */
export async function beginPasskey(db: Db, person: Person, issuer: string, password: string) {
  await provePassword(db, person, password)
  const passkeys = await listPasskeys(db, person)
  if (passkeys.length >= MOST) throw new Refusal('passkey.tooMany', undefined, { max: MOST })
  const { generateRegistrationOptions } = await webauthn()
  return generateRegistrationOptions({
    rpName: issuer,
    rpID: relyingParty().rpID,
    userID: handleOf(person),
    userName: person.email,
    userDisplayName: person.name,
    challenge: bytesOf(await newChallenge(db, adding(person))),
    timeout: CHALLENGE_MS,
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: passkeys.map(describePasskey),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

/** The answer of a browser, as it was sent. */
export function parseAnswer(answer: string) {
  try {
    return JSON.parse(answer)
  } catch {
    throw new Refusal('passkey.wrong')
  }
}

/**
 * The same without what the device says of its maker: we ask for none of it, and checking its certificates would make
 * us fetch addresses that stand in them.
 */
async function withoutMaker(answer: string) {
  const { decodeAttestationObject, isoCBOR } = await import('@simplewebauthn/server/helpers')
  const parsed = parseAnswer(answer)
  try {
    const made = decodeAttestationObject(bytesOf(parsed.response.attestationObject))
    const plain = isoCBOR.encode(
      new Map<string, string | Uint8Array | Map<string, string>>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', made.get('authData')],
      ]),
    )
    const attestationObject = Buffer.from(plain).toString('base64url')
    return { ...parsed, response: { ...parsed.response, attestationObject } }
  } catch {
    throw new Refusal('passkey.wrong')
  }
}

/** What the browser answered, if it is a passkey made here and now; with the challenge that it signed. */
async function readNew(answer: string) {
  const { origin, rpID } = relyingParty()
  const { verifyRegistrationResponse } = await webauthn()
  let challenge = ''
  const verified = await verifyRegistrationResponse({
    response: await withoutMaker(answer),
    expectedChallenge(given) {
      challenge = given
      return true
    },
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(() => undefined)
  const made = verified?.registrationInfo?.credential
  if (!made || made.id.length > ID_MAX) throw new Refusal('passkey.wrong')
  const known = [made.transports].flat().filter((one) => TRANSPORTS.includes(String(one)))
  const columns = {
    credential_hash: fingerprint(made.id),
    credential_id: made.id,
    public_key: Buffer.from(made.publicKey).toString('base64url'),
    sign_count: made.counter,
    transports: [...new Set(known)].join(','),
  }
  return { challenge, columns }
}

/** Adds it; gives the recovery codes when it is the first factor, which are never shown again. */
export async function addPasskey(
  db: Db,
  by: Actor,
  person: Person,
  { name, answer }: { name: string; answer: string },
): Promise<string[]> {
  const { challenge, columns } = await readNew(answer)
  const fresh = newCodes()
  let codes: string[] = []
  await change(db, by, async (trx) => {
    await takePerson(trx, person)
    if (!(await takeChallenge(trx, challenge, adding(person)))) throw new Refusal('passkey.wrong')
    if ((await listPasskeys(trx, person)).length >= MOST)
      throw new Refusal('passkey.tooMany', undefined, { max: MOST })
    const row = { ...keyOf(person), ...columns, name, created_at: timestamp() }
    await trx('passkeys')
      .insert(row)
      .catch((error) => {
        if (isDuplicate(error)) throw new Refusal('passkey.wrong')
        throw error
      })
    codes = await startRecovery(trx, person, fresh)
    await countFactors(trx, person)
    await record(trx, 'passkey.added', { ...about(person), name })
    await tellPerson(trx, 'passkey-added', person)
  })
  return codes
}

const one = (trx: Change, { id }: Passkey, person: Person) => trx('passkeys').where({ ...keyOf(person), id })

export const renamePasskey = (db: Db, by: Actor, person: Person, passkey: Passkey, name: string) =>
  change(db, by, async (trx) => {
    if ((await one(trx, passkey, person).update({ name })) !== 1) throw new NotFound()
    await record(trx, 'passkey.renamed', { ...about(person), before: passkey.name, after: name })
  })

/** Takes one away; without any factor left the recovery codes end, too. Gives how many factors are left. */
export async function removePasskey(
  db: Db,
  by: Actor,
  person: Person,
  passkey: Passkey,
  password: string,
): Promise<number> {
  await provePassword(db, person, password)
  return change(db, by, async (trx) => {
    await takePerson(trx, person)
    if ((await one(trx, passkey, person).delete()) !== 1) throw new NotFound()
    const left = await countFactors(trx, person)
    await record(trx, 'passkey.removed', { ...about(person), name: passkey.name })
    await tellPerson(trx, 'passkey-removed', person, { left })
    return left
  })
}
