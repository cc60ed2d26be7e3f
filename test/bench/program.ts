// What is measured, in order, on one database. What changes the data comes last.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../support/mariadb.ts'
import type { Size } from './data.ts'
import { measureExpiring } from './expire.ts'
import type { Figure } from './figures.ts'
import { measureMail } from './mail.ts'
import { measure, type Pace } from './measure.ts'
import { PAGES, type Page, sourceOf } from './pages.ts'
import { begin, type Running, serve } from './processes.ts'
import { type Stage, setStage, startLatchkey } from './stage.ts'
import { measureGrowth, measureStart, measureTwo, measureVisit } from './starting.ts'
import { inALine } from './table.ts'
import { measureWrites } from './writes.ts'

export interface Plan {
  pace: Pace
  size: Size
  /** So many have run out, so many mails wait, so many pages are asked for. */
  expired: number
  mails: number
  pages: number
}

export interface Options {
  plan: Plan
  /** Only what has one of these in its key; everything if there are none. */
  only: string[]
  say(line: string): void
  tell(figure: Figure): void
}

/** What `--only` may name. */
export const KEYS = [
  ...['start', 'visit', ...PAGES.map(({ key }) => key), 'invite', 'accept'],
  ...['workers', 'growth', 'mail', 'expire'],
]

/** The embedded database is for small hosts: there only what people wait for. */
const ON_SQLITE = ['users-tab', 'search', 'clients', 'invite']

export async function benchOn(kind: 'MariaDB' | 'SQLite', options: Options) {
  const { plan, say } = options
  const isAsked = (key: string) =>
    (kind === 'MariaDB' || ON_SQLITE.includes(key)) &&
    (options.only.length === 0 || options.only.some((one) => key.includes(one)))
  // To fill it takes minutes.
  if (kind === 'SQLite' && !ON_SQLITE.some(isAsked)) return
  const stage = await setStage(kind, plan.size, say)
  const take = async (key: string, run: () => Promise<Figure>) => {
    if (!isAsked(key)) return
    const figure = await run().catch((error: Error) => notTaken(key, kind, error))
    say(inALine(figure))
    options.tell(figure)
  }
  try {
    const pages = () => pagesOf(stage, PAGES[0])
    await take('start', () => measureStart(stage, plan.pace))
    await take('visit', () => measureVisit(stage))
    await measurePages(stage, plan, take)
    await take('workers', () => measureTwo(stage, pages(), plan.pace))
    await take('growth', () => measureGrowth(stage, pages(), plan.pages))
    await take('mail', () => measureMail(stage, plan.mails))
    await take('expire', () => expiring(stage, pages(), plan.expired))
  } finally {
    await stage.close()
  }
}

/** One that fails costs no other its figure. */
const notTaken = (name: string, on: string, { message }: Error): Figure => ({
  ...{ name, on, aim: '', isReached: false },
  note: `not taken: ${message}`,
})

type Take = (key: string, run: () => Promise<Figure>) => Promise<void>

const pagesOf = (stage: Stage, page: Page | undefined) =>
  sourceOf(stage.config.port, (nth) => page?.latchkey(stage, nth) ?? { path: '/' })

async function measurePages(stage: Stage, { pace }: Plan, take: Take) {
  const latchkey = await startLatchkey(stage, 'web')
  const floor = stage.databasePid ? await startFloor(stage, await templatesOf(stage)) : undefined
  for (const page of PAGES) {
    const least = floor && page.floor && floorOf(stage, floor, page.floor)
    const pair = { latchkey: { running: latchkey, source: pagesOf(stage, page) }, floor: least }
    await take(page.key, () => measure(stage, pair, page, pace))
  }
  for (const what of ['invite', 'accept'] as const)
    await take(what, () => measureWrites(stage, { latchkey, floor }, pace, what))
  await floor?.stop()
  await latchkey.stop()
}

async function templatesOf(stage: Stage) {
  const templates: Record<string, string> = {}
  for (const { key, template } of PAGES) if (template) templates[key] = await template(stage)
  return templates
}

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

const floorOf = (stage: Stage, running: Running, path: NonNullable<Page['floor']>) => ({
  running,
  source: sourceOf(running.port, (nth) => ({ path: path(stage, nth) })),
})

async function expiring(stage: Stage, pages: ReturnType<typeof pagesOf>, count: number) {
  const latchkey = await startLatchkey(stage, 'web')
  return measureExpiring(stage, latchkey, pages, count).finally(() => latchkey.stop())
}
