// Add-ons: the files of HOOKS_DIR become functions that the domain can call. None of their code runs in this
// process; each file has one of its own (src/hook-process.ts). What a hook does wrong ends here, with a line in
// the log.

import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  type BrokenFile,
  type Hooks,
  type LoadedHook,
  type Objection,
  Postponed,
} from './domain/hook-functions.ts'
import { HookFile } from './hook-file.ts'
import { checkAdded, isQuestion } from './hook-points.ts'
import { timestamp } from './platform/clock.ts'

const LOADING_AT_ONCE = 3
const FILE_NAME_MAX = 200
const SENTENCE_MAX = 300

export interface Log {
  info(detail: object, message: string): void
  warn(detail: object, message: string): void
}

export interface Listening {
  /** What an add-on prints, as it is; without this it is logged. */
  print?: (line: string) => void
  /** A `Pre…` function threw, was late, or was not there: for whoever shows it. */
  notAsked?: (key: string, error: string) => void
}

/** A file that cannot be loaded is left out as a whole, with a line in the log; all others work. */
export async function loadHooks(folder: string, log: Log, listening: Listening = {}): Promise<Hooks> {
  const names = existsSync(folder) ? readdirSync(folder).filter(isHookFile).sort() : []
  const files = new Map(
    names.map((name) => [name, new HookFile(join(folder, name), listener(name, log, listening))]),
  )
  const found: (LoadedHook[] | string)[] = []
  const waiting = [...files].entries()
  const loadOneByOne = async () => {
    for (const [nth, [name, file]] of waiting) found[nth] = await loadFile(name, file)
  }
  await Promise.all(Array.from({ length: LOADING_AT_ONCE }, loadOneByOne))

  const broken: BrokenFile[] = []
  for (const [nth, name] of names.entries()) {
    const error = found[nth]
    if (typeof error !== 'string') continue
    files.delete(name)
    broken.push({ file: name.slice(0, FILE_NAME_MAX), error })
    log.warn({ file: name, error }, 'A hook file could not be loaded')
  }
  const loaded = found.filter((one) => typeof one !== 'string').flat()
  loaded.sort((a, b) => a.priority - b.priority)
  return { ...hooksOf(files, loaded, log, listening), broken }
}

const isHookFile = (file: string) =>
  /\.(ts|js)$/.test(file) && !file.startsWith('_') && !file.endsWith('.d.ts')

function listener(file: string, log: Log, { print }: Listening) {
  return {
    line(text: string, isError: boolean) {
      if (print) print(text)
      else if (isError) log.warn({ file }, text)
      else log.info({ file }, text)
    },
    stray: (error: string) => log.warn({ file, error }, 'Nobody caught an error of a hook file'),
  }
}

/** What it adds, or one sentence about what is wrong with it; then it has no process. */
async function loadFile(name: string, file: HookFile): Promise<LoadedHook[] | string> {
  const hooks = await loadAndCheck(name, file)
  if (typeof hooks === 'string') await file.close()
  else file.keep(hooks.some((hook) => isQuestion(hook.name)))
  return hooks
}

async function loadAndCheck(name: string, file: HookFile) {
  if (name.length > FILE_NAME_MAX) return `Its name is longer than ${FILE_NAME_MAX} characters.`
  try {
    return checkAdded(name, await file.load())
  } catch (error) {
    return error instanceof Postponed ? 'Its process does not start.' : (error as Error).message
  }
}

function hooksOf(
  files: Map<string, HookFile>,
  loaded: LoadedHook[],
  log: Log,
  listening: Listening,
): Omit<Hooks, 'broken'> {
  const fileOf = ({ file }: LoadedHook) => files.get(file) as HookFile

  return {
    loaded,
    limit(key) {
      const hook = loaded.find((one) => one.key === key)
      return hook ? fileOf(hook).limit(hook.name) : 0
    },
    async run(key, event) {
      const hook = loaded.find((one) => one.key === key)
      if (!hook) throw new Error('no such function is loaded here')
      await fileOf(hook)
        .run(hook.name, event)
        .catch((error) => {
          if (!(error instanceof Postponed))
            log.warn({ hook: key, event: event.id, error: String(error) }, 'A hook failed')
          throw error
        })
    },
    async askFirst(name, payload, actor) {
      const event = { ...payload, id: randomUUID(), at: timestamp(), actor }
      for (const hook of loaded.filter((one) => one.name === name)) {
        const objection = await ask(hook, fileOf(hook), event, log, listening)
        if (objection) return objection
      }
      return undefined
    },
    close: async () => void (await Promise.all([...files.values()].map((file) => file.close()))),
  }
}

async function ask(
  { key, name, onFailure }: LoadedHook,
  file: HookFile,
  event: object,
  log: Log,
  { notAsked }: Listening,
): Promise<Objection | undefined> {
  try {
    const answer = await file.ask(name, event)
    return answer ? { sentence: answer.slice(0, SENTENCE_MAX) } : undefined
  } catch (error) {
    log.warn({ hook: key, error: String(error), onFailure }, 'A hook could not be asked')
    notAsked?.(key, error instanceof Error ? error.message : String(error))
    return onFailure === 'refuse' ? { unavailable: key } : undefined
  }
}
