// The program of a child process that holds one hook file: loads it, says what it added, and runs its functions
// when asked. Nothing else of Latchkey is here. Messages: see src/hook-process.ts.

import { Socket } from 'node:net'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { CHANNEL_FD, type Message, openChannel } from './hook-channel.ts'

const [path = '', parent = ''] = process.argv.slice(2)
const TEXT_MAX = 500

type HookFunction = (event: unknown) => unknown

const functions = new Map<string, HookFunction>()
const added: object[] = []
let loading = true

const pipe = new Socket({ fd: CHANNEL_FD, readable: true, writable: true })
const say = openChannel(pipe, (message) => void hear(message))
pipe.on('close', () => process.exit())

// Ends this process when its parent is gone, also while an add-on keeps the loop here busy.
const WATCH = `
const { workerData: parent } = require('node:worker_threads')
setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), 500)`
new Worker(WATCH, {
  eval: true,
  execArgv: [],
  workerData: Number(parent),
  resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, codeRangeSizeMb: 1 },
})

// A signal for the whole group is the parent's to answer: it lets running calls finish.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

// What nobody catches is nobody's in particular; the calls that run go on.
for (const kind of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(kind, (error: unknown) => say({ type: 'stray', text: describe(error) }))

function describe(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message : String(error)
    return (text || 'an error without a message').slice(0, TEXT_MAX)
  } catch {
    return 'an error that cannot be shown'
  }
}

/** Collects; whether all of it can be right is judged by the parent. */
function addHook(name: unknown, priority: unknown, hook: unknown, options?: { onFailure?: unknown }) {
  if (!loading) throw new Error('addHook works only while the file is loaded')
  added.push({
    name: String(name).slice(0, TEXT_MAX),
    priority: typeof priority === 'number' ? priority : null,
    function: typeof hook === 'function',
    onFailure: options?.onFailure === undefined ? undefined : String(options.onFailure).slice(0, TEXT_MAX),
  })
  if (typeof hook === 'function') functions.set(String(name), hook as HookFunction)
}

// A file outside a package of type "module" comes wrapped, once more for each layer of interop.
async function load() {
  let found: unknown = await import(pathToFileURL(path).href)
  while (found && typeof found === 'object' && 'default' in found) found = found.default
  if (typeof found !== 'function') return say({ type: 'broken', text: 'It exports no function.' })
  await found(addHook)
  loading = false
  say({ type: 'loaded', added })
}

/** One sentence, with the line when a parser names it. */
function explain(error: unknown): string {
  const text = describe(error)
  const [, line, what] = /:(\d+):\d+: ERROR: (.*)/.exec(text) ?? []
  if (what) return `It has a syntax error in line ${line}: ${what}.`
  const [, at] = (error instanceof SyntaxError && /^.*:(\d+)\n/.exec(error.stack ?? '')) || []
  if (error instanceof SyntaxError) return `It has a syntax error${at ? ` in line ${at}` : ''}: ${text}.`
  return `It throws while it is loaded: ${text.split('\n')[0]}.`
}

async function hear({ type, call, name, event }: Message) {
  if (type === 'ping') return say({ type: 'pong', call })
  say({ type: 'started', call })
  try {
    const hook = functions.get(String(name))
    if (!hook) throw new Error('the file no longer adds this function: start Latchkey again')
    const answer = await hook(event)
    say({ type: 'done', call, text: typeof answer === 'string' ? answer.trim().slice(0, TEXT_MAX) : '' })
  } catch (error) {
    say({ type: 'failed', call, text: describe(error) })
  }
}

say({ type: 'ready' })
load().catch((error) => say({ type: 'broken', text: explain(error) }))
