// npm run bench: how fast Latchkey is, beside a floor on the same machine in the same minutes. --quick takes smaller data
// and less time; --md prints the table as Markdown; --svg draws it into docs/bench/ as well.

import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { hasMariadb } from '../support/mariadb.ts'
import { chart } from './chart.ts'
import { FULL, QUICK } from './data.ts'
import type { Figure } from './figures.ts'
import { benchOn, KEYS, type Plan } from './program.ts'
import { markdown, plain } from './table.ts'

const { values: chosen } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    md: { type: 'boolean', default: false },
    svg: { type: 'boolean', default: false },
    pages: { type: 'string' },
    expired: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
  },
})

const QUICK_PLAN: Plan = {
  pace: { warmSeconds: 0.5, rounds: 1, seconds: 1, steadySeconds: 1 },
  size: QUICK,
  expired: 3_000,
  mails: 500,
  pages: 1_000,
}
const FULL_PLAN: Plan = {
  pace: { warmSeconds: 1, rounds: 5, seconds: 4, steadySeconds: 10 },
  size: FULL,
  expired: 1_000_000,
  mails: 10_000,
  pages: 200_000,
}
const plan = chosen.quick ? QUICK_PLAN : FULL_PLAN
if (chosen.pages) plan.pages = Number(chosen.pages)
if (chosen.expired) plan.expired = Number(chosen.expired)

const say = (line: string) => console.error(line)

function machine(): string {
  const processors = cpus()
  const memory = Math.round(totalmem() / 1024 ** 3)
  const load = loadavg()[0]?.toFixed(1)
  return `${processors.length} × ${processors[0]?.model.trim()}, ${memory} GB, Node ${process.version}, load at the start ${load}`
}

function draw(title: string[], figures: Figure[]) {
  mkdirSync('docs/bench', { recursive: true })
  writeFileSync(`docs/bench/${chosen.quick ? 'quick' : 'full'}.svg`, chart(title, figures))
}

async function main() {
  const strange = chosen.only.find((one) => !KEYS.some((key) => key.includes(one)))
  if (strange !== undefined)
    throw new Error(`--only ${strange} names nothing that is measured: there are ${KEYS.join(', ')}.`)
  if (!hasMariadb()) throw new Error('The bench needs MariaDB (mariadbd, mariadb-install-db).')
  const began = performance.now()
  const about = machine()
  const figures: Figure[] = []
  for (const kind of ['MariaDB', 'SQLite'] as const)
    await benchOn(kind, { plan, only: chosen.only, say, tell: (figure) => figures.push(figure) })
  const data = Object.entries(plan.size).map(([name, count]) => `${count.toLocaleString('en')} ${name}`)
  const kind = chosen.quick ? 'Quick run, with smaller data than the aims are about' : 'Full run'
  const minutes = ((performance.now() - began) / 60_000).toFixed(1)
  const title = [`${kind}: ${data.join(', ')}; ${minutes} minutes.`, `Machine: ${about}.`]
  if (chosen.svg) draw(title, figures)
  console.log(chosen.md ? markdown(title, figures) : plain(title, figures))
}

await main()
process.exit(0)
