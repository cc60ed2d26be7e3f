// A software authenticator (WebAuthn): makes passkeys and signs with them, as honestly or not as a story needs.

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { PASSWORD } from '../../src/dev/cast.ts'
import { timestamp } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/database.ts'
import type { Visitor } from './visitor.ts'

type Cbor = number | string | Buffer | Cbor[] | Map<Cbor, Cbor>

/** As much of CBOR as passkeys need: small numbers, text, bytes and maps. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)])
  const entries = [...value].flatMap(([key, one]) => [cbor(key), cbor(one)])
  return Buffer.concat([head(5, value.size), ...entries])
}

function head(major: number, size: number): Buffer {
  if (size < 24) return Buffer.from([(major << 5) | size])
  if (size < 256) return Buffer.from([(major << 5) | 24, size])
  return Buffer.from([(major << 5) | 25, size >> 8, size & 255])
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()

const USER_PRESENT = 1
const USER_VERIFIED = 4
const HAS_KEY = 64

export interface Lies {
  origin?: string
  rpId?: string
  challenge?: string
  /** Without a PIN, a finger or a face. */
  unverified?: boolean
  count?: number
  /** Certificates of its maker, which nobody asked for. */
  maker?: Buffer[]
}

export class Authenticator {
  readonly id = randomBytes(32)
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly origin: string
  count = 0

  constructor(origin: string) {
    this.origin = origin
  }

  #clientData(type: string, challenge: string, lies: Lies) {
    const origin = lies.origin ?? this.origin
    const data = { type, challenge: lies.challenge ?? challenge, origin, crossOrigin: false }
    return Buffer.from(JSON.stringify(data))
  }

  #authData(lies: Lies, flags: number, rest = Buffer.alloc(0)) {
    const verified = lies.unverified ? 0 : USER_VERIFIED
    const count = Buffer.alloc(4)
    count.writeUInt32BE(lies.count ?? this.count)
    const rpId = lies.rpId ?? new URL(this.origin).hostname
    return Buffer.concat([sha256(rpId), Buffer.from([USER_PRESENT | verified | flags]), count, rest])
  }

  /** What a browser would put into the form after making a passkey. */
  make({ challenge }: { challenge: string }, lies: Lies = {}): string {
    const size = Buffer.from([this.id.length >> 8, this.id.length & 255])
    const key = cbor(coseKey(this.#keys.publicKey))
    const authData = this.#authData(lies, HAS_KEY, Buffer.concat([Buffer.alloc(16), size, this.id, key]))
    const attestation = new Map<Cbor, Cbor>([
      ['fmt', lies.maker ? 'android-key' : 'none'],
      ['attStmt', new Map<Cbor, Cbor>(lies.maker ? [['x5c', lies.maker]] : [])],
      ['authData', authData],
    ])
    return this.#answer({
      clientDataJSON: this.#clientData('webauthn.create', challenge, lies),
      attestationObject: cbor(attestation),
    })
  }

  /** What a browser would put into the form after using it. */
  use({ challenge }: { challenge: string }, lies: Lies = {}): string {
    this.count++
    const clientDataJSON = this.#clientData('webauthn.get', challenge, lies)
    const authenticatorData = this.#authData(lies, 0)
    const signed = Buffer.concat([authenticatorData, sha256(clientDataJSON)])
    const signature = sign('sha256', signed, this.#keys.privateKey)
    return this.#answer({ clientDataJSON, authenticatorData, signature })
  }

  #answer(parts: Record<string, Buffer>): string {
    const id = this.id.toString('base64url')
    const response = Object.entries(parts).map(([name, bytes]) => [name, bytes.toString('base64url')])
    const transports = ['internal', 'nonsense']
    return JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: { ...Object.fromEntries(response), transports },
    })
  }
}

function coseKey(key: KeyObject) {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  return new Map<Cbor, Cbor>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, Buffer.from(x, 'base64url')],
    [-3, Buffer.from(y, 'base64url')],
  ])
}

/** The options on a page that makes a passkey. */
export const optionsOn = (visitor: Visitor) =>
  JSON.parse(visitor.$('[data-options]').attr('data-options') ?? 'null')

/** The options that a button asks for. */
export async function askOptions(visitor: Visitor) {
  const path = visitor.$('[data-ask]').attr('data-ask') ?? ''
  const answer = await visitor.agent.post(path).set({ Origin: visitor.appUrl })
  return answer.body
}

/** Sends the form around the button with what the authenticator answered, as public/passkeys.js does. */
export async function sendPasskey(visitor: Visitor, passkey: string, more: Record<string, string> = {}) {
  const form = visitor.$('[data-passkey]').closest('form')
  const fields = Object.fromEntries(form.serializeArray().map(({ name, value }) => [name, value]))
  return visitor.post(form.attr('action') ?? '', { ...fields, passkey, ...more })
}

/** Adds a passkey for whoever is logged in; gives the authenticator and the recovery codes of a first factor. */
export async function addPasskey(visitor: Visitor, area: '/user' | '/admin' = '/user', name = 'Phone') {
  await visitor.visit(`${area}/security`)
  await visitor.press('Add a passkey', { 'Name of the passkey': name, 'Current password': PASSWORD })
  const authenticator = new Authenticator(visitor.appUrl)
  await sendPasskey(visitor, authenticator.make(optionsOn(visitor)))
  const recovery = visitor
    .$('li code')
    .map((_, one) => visitor.$(one).text())
    .get()
  return { authenticator, recovery }
}

/** Goes to the login page and logs in by the passkey alone. */
export async function logInBy(visitor: Visitor, authenticator: Authenticator, path = '/login') {
  await visitor.visit(path)
  return sendPasskey(visitor, authenticator.use(await askOptions(visitor)))
}

/** A row like that of a passkey, with which nobody can do anything; gives its id. */
export async function plantPasskey(db: Db, kind: 'user' | 'admin', email: string): Promise<number> {
  const { id: person_id } = await db(`${kind}s`).where({ email }).first('id')
  const credential_hash = randomBytes(32).toString('hex')
  const row = {
    person_kind: kind,
    person_id,
    credential_hash,
    credential_id: 'c',
    public_key: 'p',
    name: 'n',
  }
  await db('passkeys').insert({ ...row, created_at: timestamp() })
  return (await db('passkeys').where({ credential_hash }).first('id')).id
}
