// What is measured, in order, on one database.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../support/mariadb.ts'
import type { Size } from './data.ts'
import type { Figure } from './figures.ts'
import { measure, type Pace } from './measure.ts'
import { PAGES, sourceOf } from './pages.ts'
import { begin, type Running, serve } from './processes.ts'
import { type Stage, setStage, startLatchkey } from './stage.ts'

export interface Options {
  quick: boolean
  /** Only what has one of these in its key. */
  only: string[]
  size: Size
  say(line: string): void
  tell(figure: Figure): void
}

const QUICK_PACE: Pace = { rounds: 1, seconds: 1.5, steadySeconds: 2 }
const FULL_PACE: Pace = { rounds: 5, seconds: 4, steadySeconds: 10 }

export async function benchOn(kind: 'MariaDB' | 'SQLite', options: Options) {
  const stage = await setStage(kind, options.size, options.say)
  try {
    const tell = (figure: Figure) => {
      options.say(`${figure.name} (${figure.on}): ${figure.note}`)
      options.tell(figure)
    }
    await benchPages(stage, { ...options, tell })
  } finally {
    await stage.close()
  }
}

const isAsked = ({ only }: Options, key: string) => only.length === 0 || only.some((one) => key.includes(one))

export async function startFloor(stage: Stage, templates: Record<string, string>): Promise<Running> {
  const file = join(stage.folder, 'templates.json')
  writeFileSync(file, JSON.stringify(templates))
  const port = await freePort()
  const { databaseUrl, activityKeys } = stage.config
  const settings = JSON.stringify({ port, databaseUrl, templates: file, activityKey: activityKeys[0] })
  return serve(
    () => begin('test/bench/floor.ts', [settings], {}, join(stage.folder, 'floor.log')),
    port,
    '/readyz',
  )
}

async function benchPages(stage: Stage, options: Options) {
  const latchkey = await startLatchkey(stage, 'web')
  const templates: Record<string, string> = {}
  for (const { key, template } of PAGES) if (template) templates[key] = await template(stage)
  const floor = stage.databasePid ? await startFloor(stage, templates) : undefined
  for (const page of PAGES.filter(({ key }) => isAsked(options, key))) {
    const pair = {
      latchkey: { running: latchkey, source: sourceOf(latchkey.port, (nth) => page.latchkey(stage, nth)) },
      floor: floor &&
        page.floor && {
          running: floor,
          source: sourceOf(floor.port, (nth) => ({ path: page.floor?.(stage, nth) ?? '' })),
        },
    }
    options.tell(await measure(stage, pair, page, options.quick ? QUICK_PACE : FULL_PACE))
  }
  await floor?.stop()
  await latchkey.stop()
}
