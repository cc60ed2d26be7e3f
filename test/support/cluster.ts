// Real processes of Latchkey, started as an operator starts them, killed as nobody should, and started again.

import { request } from 'node:http'
import { pause } from './faults.ts'
import { start } from './processes.ts'

export interface Part {
  /** 'web' answers on a port; 'worker' delivers. One process may do both: then it is called web. */
  role: 'web' | 'worker'
  /** What is started: the file, and its arguments. */
  args: string
  settings: Record<string, string>
}

/** Only what does not start takes that long: a busy machine is no fault. */
const READY_MS = 120_000
const ASK_EVERY_MS = 50

/** Whether something answers there. */
const answers = (port: string) =>
  new Promise<boolean>((resolve) => {
    const asked = request(
      { host: '127.0.0.1', port, path: '/healthz', timeout: 1_000, agent: false },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode === 200)
      },
    )
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(false))
    asked.end()
  })

export function startParts(name: string, parts: Part[]) {
  const running = parts.map(({ args, settings }) => start(name, settings, args))
  const outputs: string[] = []

  async function ready(nth: number) {
    const { role, settings } = parts[nth] as Part
    const until = Date.now() + READY_MS
    while (role === 'web' && !(await answers(settings.PORT ?? ''))) {
      const process = running[nth]
      if (Date.now() > until || process?.child.exitCode)
        throw new Error(`It did not start: ${process?.output()}`)
      await pause(ASK_EVERY_MS)
    }
  }

  return {
    parts,
    allReady: () => Promise.all(parts.map((_, nth) => ready(nth))),
    /** kill -9, and the same again from the beginning. */
    async killAndRestart(nth: number) {
      const process = running[nth]
      process?.child.kill('SIGKILL')
      await process?.ended
      outputs.push(process?.output() ?? '')
      const { args, settings } = parts[nth] as Part
      running[nth] = start(name, settings, args)
      await ready(nth)
    },
    /** As the operator stops it; gives the exit codes. */
    async stop() {
      for (const { child } of running) child.kill('SIGTERM')
      return Promise.all(running.map(({ ended }) => ended))
    },
    output: () => [...outputs, ...running.map((process) => process.output())].join('\n'),
  }
}

export type Cluster = ReturnType<typeof startParts>
