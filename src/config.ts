// The only reader of the environment. A setting that cannot be right stops the start with one sentence
// that says which and how to mend it. Every setting is described in docs/operating.md.

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { parseAddresses } from './platform/address.ts'

export interface Config {
  production: boolean
  databaseUrl: string
  port: number
  host: string
  /** Public address, without a slash at the end. */
  appUrl: string
  /** The first signs links, all of them verify. */
  secrets: string[]
  /** The first signs the activity log, all of them verify; never a secret of links (HARD-CASES H14). */
  activityKeys: string[]
  smtpUrl: string | undefined
  mailFrom: string
  hooksDir: string
  timeZone: string
  /** As Express takes it: false, a hop count, or addresses. */
  trustProxy: false | number | string[]
  dataDir: string
  logLevel: string
  /** How many processes answer pages on this machine. */
  workers: number
}

export class BadSetting extends Error {}

const SECRET_BYTES = 32
const WORKERS_MAX = 64

const isAddress = (text: string, schemes: string[]) =>
  schemes.some((scheme) => text.startsWith(scheme)) && URL.canParse(text) && new URL(text).hostname !== ''

function problemOfDatabase(text: string): string | undefined {
  try {
    if (!/^sqlite:.+/.test(text)) parseAddresses(text)
    return undefined
  } catch (error) {
    return `DATABASE_URL must ${(error as Error).message}.`
  }
}

const url = (name: string, schemes: string[], example: string) =>
  z.string().refine((text) => isAddress(text, schemes), {
    error: `${name} must be an address such as ${example}.`,
  })

const secret = (name: string) =>
  z.string().refine((text) => text.split(',').every((one) => Buffer.byteLength(one.trim()) >= SECRET_BYTES), {
    error: `${name} must hold at least ${SECRET_BYTES} bytes (of several, separated by commas, each): try openssl rand -base64 36.`,
  })

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

const Settings = z.object({
  NODE_ENV: z.string().optional(),
  DATABASE_URL: z
    .string()
    .superRefine((text, context) => {
      const message = problemOfDatabase(text)
      if (message) context.addIssue({ code: 'custom', message })
    })
    .optional(),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: 'PORT must be a number from 0 to 65535.' })
    .transform(Number)
    .refine((port) => port < 65_536, { error: 'PORT must be a number from 0 to 65535.' })
    .optional(),
  HOST: z.string().optional(),
  APP_URL: url('APP_URL', ['http://', 'https://'], 'https://accounts.example.com').optional(),
  APP_SECRET: secret('APP_SECRET').optional(),
  ACTIVITY_KEY: secret('ACTIVITY_KEY').optional(),
  SMTP_URL: url('SMTP_URL', ['smtp://', 'smtps://'], 'smtp://user:password@mail.example.com:587').optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^\r\n]*@[^\r\n]+$/, {
      error: 'MAIL_FROM must be an e-mail address, such as accounts@example.com.',
    })
    .optional(),
  // Only what is named must be there: who has no add-ons needs no folder for them.
  HOOKS_DIR: z
    .string()
    .refine(isFolder, { error: 'HOOKS_DIR must be a folder that exists: make it, or leave it out.' })
    .optional(),
  TIME_ZONE: z
    .string()
    .refine(isTimeZone, { error: 'TIME_ZONE must be a name such as UTC or Europe/Berlin.' })
    .optional(),
  TRUST_PROXY: z.string().optional(),
  DATA_DIR: z.string().optional(),
  WORKERS: z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= WORKERS_MAX, {
      error: `WORKERS must be a number from 1 to ${WORKERS_MAX}.`,
    })
    .transform(Number)
    .optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
      error: 'LOG_LEVEL must be trace, debug, info, warn, error or silent.',
    })
    .optional(),
})

function isTimeZone(name: string) {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

type Environment = Record<string, string | undefined>

function parse(environment: Environment) {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()))
  const { data: env, error } = Settings.safeParse(given)
  if (!env) throw new BadSetting(error.issues[0]?.message)
  const dataDir = resolve(env.DATA_DIR ?? 'data')
  return {
    env,
    dataDir,
    production: env.NODE_ENV === 'production',
    databaseUrl: env.DATABASE_URL ?? `sqlite:${join(dataDir, 'latchkey.db')}`,
  }
}

/** For what only looks: needs no other setting, and makes no secret. */
export function readDatabaseConfig(environment: Environment = process.env) {
  const { env, dataDir, production, databaseUrl } = parse(environment)
  const file = join(dataDir, 'activity-key')
  const kept = existsSync(file) ? [readFileSync(file, 'utf8').trim()] : []
  return { production, databaseUrl, activityKeys: listOf(env.ACTIVITY_KEY) ?? kept }
}

/** Takes the environment (empty is absent); throws BadSetting with a sentence. */
export function readConfig(environment: Environment = process.env): Config {
  const { env, dataDir, production, databaseUrl } = parse(environment)
  const port = env.PORT ?? 3000
  const host = env.HOST ?? (production ? '::' : '127.0.0.1')
  const appUrl = originOf(env.APP_URL ?? `http://localhost:${port}`)
  if (production) demandForProduction(env)
  else demandLoopback(host, appUrl)
  const secrets = listOf(env.APP_SECRET) ?? [keptKey(dataDir, 'secret', 'APP_SECRET')]
  return {
    production,
    databaseUrl,
    port,
    host,
    appUrl,
    secrets,
    activityKeys: activityKeysOf(env.ACTIVITY_KEY, dataDir, secrets),
    smtpUrl: env.SMTP_URL,
    mailFrom: env.MAIL_FROM ?? `Latchkey <latchkey@${new URL(appUrl).hostname}>`,
    hooksDir: resolve(env.HOOKS_DIR ?? 'hooks'),
    timeZone: env.TIME_ZONE ?? 'UTC',
    trustProxy: parseProxies(env.TRUST_PROXY),
    dataDir,
    logLevel: env.LOG_LEVEL ?? (production ? 'info' : 'warn'),
    workers: env.WORKERS ?? 1,
  }
}

/** As browsers write it: lower case, without the port that goes without saying. */
function originOf(text: string): string {
  const { origin, href } = new URL(text)
  if (href !== `${origin}/`)
    throw new BadSetting('APP_URL must be an origin without a path, such as https://accounts.example.com.')
  return origin
}

const PRODUCTION_NEEDS = {
  APP_URL: 'APP_URL must be set in production: the public address, such as https://accounts.example.com.',
  APP_SECRET:
    'APP_SECRET must be set in production: 32 bytes or more, such as openssl rand -base64 36 prints.',
  SMTP_URL: 'SMTP_URL must be set in production, such as smtp://user:password@mail.example.com:587.',
  MAIL_FROM: 'MAIL_FROM must be set in production: the address that mail comes from.',
}

function demandForProduction(env: Record<string, unknown>) {
  for (const [name, sentence] of Object.entries(PRODUCTION_NEEDS))
    if (!env[name]) throw new BadSetting(sentence)
}

const isLoopback = (host: string) => /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host)

// The sample logins are public knowledge: they must not be reachable from elsewhere (HARD-CASES H8).
function demandLoopback(host: string, appUrl: string) {
  if (!isLoopback(host))
    throw new BadSetting(`HOST=${host} needs NODE_ENV=production: without it there are sample logins.`)
  if (!isLoopback(new URL(appUrl).hostname))
    throw new BadSetting(`APP_URL=${appUrl} needs NODE_ENV=production: without it there are sample logins.`)
}

function parseProxies(text: string | undefined): Config['trustProxy'] {
  if (!text || text === 'off') return false
  if (/^\d+$/.test(text)) return Number(text)
  const addresses = text.split(',').map((part) => part.trim())
  if (addresses.every((part) => /^[\da-f.:]+(\/\d+)?$|^(loopback|linklocal|uniquelocal)$/i.test(part)))
    return addresses
  throw new BadSetting('TRUST_PROXY must be off, a number of hops, or addresses separated by commas.')
}

const listOf = (text: string | undefined) => text?.split(',').map((part) => part.trim())

function activityKeysOf(text: string | undefined, dataDir: string, secrets: string[]): string[] {
  const keys = listOf(text) ?? [keptKey(dataDir, 'activity-key', 'ACTIVITY_KEY')]
  if (keys.some((key) => secrets.includes(key)))
    throw new BadSetting('ACTIVITY_KEY must differ from APP_SECRET: try openssl rand -base64 36.')
  return keys
}

/** Made once; nobody else can read it. Several processes may start at once: the first one's key is everyone's. */
function keptKey(dataDir: string, name: string, setting: string): string {
  const file = join(dataDir, name)
  try {
    mkdirSync(dataDir, { recursive: true })
    if (!existsSync(file))
      writeFileSync(file, randomBytes(36).toString('base64url'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !existsSync(file))
      throw new BadSetting(`${setting} must be set, since no key can be kept in ${file}.`)
  }
  const key = readFileSync(file, 'utf8').trim()
  if (Buffer.byteLength(key) >= SECRET_BYTES) return key
  throw new BadSetting(`${setting} must be set, since ${file} holds no whole key.`)
}

/** For npm run admin:create alone. */
export const readAdminFromEnvironment = (environment = process.env) => ({
  email: environment.ADMIN_EMAIL,
  name: environment.ADMIN_NAME,
  password: environment.ADMIN_PASSWORD,
  role: environment.ADMIN_ROLE,
})

/** What add-ons may see of the environment: nothing that Latchkey keeps secret. Theirs begin with HOOK_. */
export const readHookEnvironment = (environment = process.env) =>
  Object.fromEntries(
    Object.entries(environment).filter(([name]) => /^(PATH|HOME|TZ|LANG|NODE_ENV|HOOK_.*)$/.test(name)),
  )
