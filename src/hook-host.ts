// Where add-on code runs. Loads the files of HOOKS_DIR, keeps their functions in order, and gives each its
// time: 5 seconds to load, 10 for an event, 2 for a question. What a hook does wrong ends here, with a line in
// the log.

import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AddHook, Event, HookName, HookPoints } from '#hooks'
import type { Hooks } from './domain/hooks.ts'
import { timestamp } from './platform/clock.ts'

const LOAD_MS = 5_000
const RUN_MS = 10_000
const ASK_MS = 2_000
const SENTENCE_MAX = 300

interface Log {
  warn(detail: object, message: string): void
}

interface Loaded {
  key: string
  name: string
  priority: number
  hook: (event: unknown) => unknown
}

type HookFile = (addHook: AddHook) => unknown

/** The hook points of hooks/hook-points.d.ts, where a JavaScript file can see them, too. */
const POINTS: Record<HookName, true> = {
  InviteSent: true,
  InviteResent: true,
  InviteAccepted: true,
  InviteDeclined: true,
  InviteCancelled: true,
  InviteExpired: true,
  UserAssociated: true,
  UserDisassociated: true,
  PermissionsChanged: true,
  OwnerChanged: true,
  UserAdd: true,
  UserLogin: true,
  UserLogout: true,
  UserChangePassword: true,
  UserEmailVerificationComplete: true,
  ClientAdd: true,
  ClientEdit: true,
  ClientClose: true,
  PreInviteSend: true,
  PreUserAssociate: true,
  PreOwnerChange: true,
}

/** A file that cannot be loaded is left out as a whole, with a line in the log; all others work. */
export async function loadHooks(folder: string, log: Log) {
  const loaded: Loaded[] = []
  const files = existsSync(folder) ? readdirSync(folder).sort() : []
  for (const file of files.filter(isHookFile)) {
    const mine: Loaded[] = []
    try {
      await inTime(LOAD_MS, async () => (await importHooks(join(folder, file)))(adderOf(file, mine, log)))
      loaded.push(...mine)
    } catch (error) {
      log.warn({ file, error: String(error) }, 'A hook file could not be loaded')
    }
  }
  loaded.sort((a, b) => a.priority - b.priority || a.key.localeCompare(b.key))
  return hostOf(loaded, log)
}

export type HookHost = ReturnType<typeof hostOf>

function adderOf(file: string, mine: Loaded[], log: Log): AddHook {
  return (name, priority, hook) => {
    if (!Number.isInteger(priority)) throw new TypeError(`the priority of ${name} is no whole number`)
    if (typeof hook !== 'function') throw new TypeError(`what is added to ${name} is no function`)
    if (!Object.hasOwn(POINTS, name)) log.warn({ file, point: name }, 'There is no such hook point')
    const nth = mine.filter((one) => one.name === name).length
    const key = `${file}#${name}${nth ? `#${nth + 1}` : ''}`
    mine.push({ key, name, priority, hook: hook as Loaded['hook'] })
  }
}

const isHookFile = (file: string) =>
  /\.(ts|js)$/.test(file) && !file.startsWith('_') && !file.endsWith('.d.ts')

// A file outside a package of type "module" comes wrapped, once more for each layer of interop.
async function importHooks(path: string): Promise<HookFile> {
  let found: unknown = await import(pathToFileURL(path).href)
  while (found && typeof found === 'object' && 'default' in found) found = found.default
  if (typeof found !== 'function') throw new Error('it exports no function')
  return found as HookFile
}

function hostOf(loaded: Loaded[], log: Log) {
  const hooks: Hooks = {
    loaded: loaded.map(({ key, name, priority }) => ({
      key,
      file: key.split('#')[0] ?? '',
      name,
      priority,
      onFailure: 'allow' as const,
    })),
    broken: [],
    async run(key, event) {
      const one = loaded.find((candidate) => candidate.key === key)
      if (!one) throw new Error('no such function is loaded here')
      await inTime(RUN_MS, async () => one.hook(event)).catch((error) => {
        log.warn({ hook: key, event: event.id, error: String(error) }, 'A hook failed')
        throw error
      })
    },
  }

  /** The sentence of the first hook that refuses; one that throws or takes too long lets it happen. */
  async function askFirst<N extends HookName>(name: N, payload: HookPoints[N], actor: Event['actor']) {
    const event = { ...payload, id: randomUUID(), at: timestamp(), actor }
    for (const { key, hook } of loaded.filter((one) => one.name === name)) {
      try {
        const answer = await inTime(ASK_MS, async () => hook(event))
        if (typeof answer === 'string' && answer.trim()) return answer.trim().slice(0, SENTENCE_MAX)
      } catch (error) {
        log.warn({ hook: key, error: String(error) }, 'A hook failed; what it was asked about goes on')
      }
    }
    return undefined
  }
  return { ...hooks, askFirst, close: async () => {} }
}

async function inTime<T>(ms: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${ms / 1000} seconds`)), ms)
  })
  return Promise.race([work(), late]).finally(() => clearTimeout(timer))
}
