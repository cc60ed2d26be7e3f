// Anybody does anything in any order: after each step the tables say what the model of a hundred lines says, and
// the answer is the one it foresaw. Several at once can be foreseen by nobody: those are judged by their history.

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { doctorFinds } from '../support/doctor.ts'
import { amount, figures } from '../support/faults.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { faultsIn } from '../support/invariants.ts'
import { Model, PEOPLE, type Step, type Who } from '../support/model.ts'
import { begin, type Run, runJob, said, seen, tryStep } from '../support/model-run.ts'

const MAX_STEPS = 40
const seed = process.env.FAULTS_SEED ? { seed: Number(process.env.FAULTS_SEED) } : {}

const anybody = fc.constantFrom(...PEOPLE)
// Those who may do most of it, so that much succeeds.
const by = fc.constantFrom<Who[]>('ada', 'ada', 'ada', 'owner', 'owner', 'owner', ...PEOPLE)
const client = fc.constantFrom(0, 0, 0, 1)
const some = fc.subarray(['domains', 'invoices', 'products', 'tickets'], { minLength: 1 })
const keys = fc.oneof({ weight: 12, arbitrary: some }, { weight: 1, arbitrary: fc.constant<string[]>([]) })
const offer = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3)
const old = fc.constantFrom(false, false, false, false, true)
const confirmed = fc.constantFrom(true, true, false)

const act = <T extends Step['act']>(...acts: T[]) => fc.constantFrom(...acts)

const weighted: [number, fc.Arbitrary<Step>][] = [
  [6, fc.record({ act: act('invite'), by, client, to: anybody, keys })],
  [5, fc.record({ act: act('resend', 'resend', 'cancel'), by, offer })],
  [6, fc.record({ act: act('accept', 'accept', 'register', 'decline'), by: anybody, offer, old })],
  [2, fc.record({ act: act('associate'), by, client, who: anybody, keys, confirmed })],
  [3, fc.record({ act: act('makeOwner'), by: fc.constant<Who>('ada'), client, who: anybody, keys })],
  [
    5,
    fc.record({ act: act('remove', 'remove', 'makeOwner', 'permissions'), by, client, who: anybody, keys }),
  ],
  [1, fc.record({ act: act('close', 'reopen', 'reopen', 'reopen'), client })],
  [1, fc.record({ act: act('wait'), days: fc.constantFrom(4, 4, 8), job: fc.boolean() })],
]
const step = fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary })))

let tried = 0
let refused = 0
let runs = 0

class Act implements fc.AsyncCommand<Model, Run> {
  readonly step: Step
  constructor(step: Step) {
    this.step = step
  }
  check = (model: Readonly<Model>) => model.possible(this.step)
  async run(model: Model, run: Run) {
    const expected = model.take(this.step)
    tried++
    if (expected !== 'ok') refused++
    expect(await tryStep(run, this.step)).toBe(expected)
    expect(await seen(run)).toEqual(said(model))
  }
  toString = () => JSON.stringify(this.step)
}

const soundness = (run: Run) => faultsIn(run.db, { clients: run.ids, eventsFrom: run.eventsFrom })

const databases: [string, () => Record<string, string>, number, number][] = [
  ['MariaDB', () => ({}), amount(1_000, 40), amount(300, 25)],
  [
    'SQLite',
    () => ({ DATABASE_URL: `sqlite:${join(mkdtempSync(join(tmpdir(), 'latchkey-test-')), 'model.db')}` }),
    amount(1_000, 40),
    amount(100, 10),
  ],
]

describe.each(databases)('on %s', (name, environment, sequentialRuns, interleavedRuns) => {
  let house: TestHouse
  beforeAll(async () => {
    house = await startHouse({ environment: environment() })
    await house.delivery.stop()
  })

  const start = () => {
    tried = refused = runs = 0
    return Date.now()
  }
  const tell = (kind: string, started: number) =>
    figures(`model, ${kind}, ${name}`, {
      runs,
      steps: tried,
      refused,
      seconds: Math.round((Date.now() - started) / 1000),
    })

  // Fails, for instance, when cancelPending is left out of removeAccess, or when resend forgets mustBeOpen.
  test('one after another: every answer and every row as foreseen', async () => {
    const started = start()
    const property = fc.asyncProperty(
      fc.commands([step.map((one) => new Act(one))], { maxCommands: MAX_STEPS, size: 'max' }),
      async (commands) => {
        const run = await begin(house.db)
        runs++
        await fc.asyncModelRun(() => ({ model: new Model(), real: run }), commands)
        expect(await soundness(run)).toEqual([])
      },
    )
    await fc.assert(property, { numRuns: sequentialRuns, interruptAfterTimeLimit: 850_000, ...seed })
    tell('one after another', started)
    expect(runs).toBeGreaterThanOrEqual(sequentialRuns)
  })

  // Fails when takeClient (src/domain/change.ts) takes nothing.
  test('interleaved on several connections: the history makes sense and nothing is half', async () => {
    const started = start()
    const lane = fc.array(step, { minLength: 3, maxLength: 10, size: 'max' })
    const property = fc.asyncProperty(fc.array(lane, { minLength: 3, maxLength: 5 }), async (lanes) => {
      const run = await begin(house.db)
      runs++
      await tryStep(run, {
        act: 'associate',
        by: 'ada',
        client: 0,
        who: 'bob',
        keys: ['tickets'],
        confirmed: true,
      })
      await tryStep(run, {
        act: 'invite',
        by: 'alice',
        client: 0,
        to: 'carol',
        keys: ['invoices', 'tickets'],
      })
      await Promise.all(
        lanes.map(async (mine) => {
          for (const step of mine) {
            tried++
            if ((await tryStep(run, step)) !== 'ok') refused++
          }
        }),
      )
      expect(await soundness(run)).toEqual([])
    })
    // What happened at once happens differently the next time: shrinking it would find nothing.
    await fc.assert(property, { numRuns: interleavedRuns, endOnFailure: true, ...seed })
    tell('interleaved', started)
  })

  test('and the whole database is sound after all of it', async () => {
    expect(await faultsIn(house.db)).toEqual([])
    // By the doctor's clock it has not run out yet, though its client was closed after it had.
    await runJob(house.db)
    expect(await doctorFinds(house.config.databaseUrl)).toEqual([])
  })
})
