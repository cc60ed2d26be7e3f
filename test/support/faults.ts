// The fault tests run short beside the stories and in full by npm run test:faults. Their figures are printed,
// and a full run keeps them in test/faults/.figures.json, which the table of docs/reliability.md is made from.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './sources.ts'

export const isFull = process.env.FAULTS === 'full'

/** How much of something: all of it in a full run. */
export const amount = (full: number, short: number) => (isFull ? full : short)

const FILE = join(ROOT, 'test/faults/.figures.json')

export function figures(name: string, values: Record<string, string | number>) {
  const line = Object.entries(values).map(([key, value]) => `${key} ${value}`)
  console.log(`figures ${name}: ${line.join(', ')}`)
  if (!isFull) return
  const kept = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {}
  const at = new Date().toISOString()
  writeFileSync(FILE, `${JSON.stringify({ ...kept, [name]: { at, ...values } }, null, 2)}\n`)
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Chance that can be had again: the same seed, the same choices. */
export function chance(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    below: (limit: number) => Math.floor(next() * limit),
    of: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T,
  }
}

export type Chance = ReturnType<typeof chance>

/** A seed of this run, or the one that FAULTS_SEED asks for again. */
export const seed = Number(process.env.FAULTS_SEED) || Date.now() % 1_000_000_007

/** The answer a million fault runs should never give twice: how many of a list there are more than once. */
export const doubled = (list: string[]) => list.length - new Set(list).size

/** Works off a list with that many at once. */
export async function inLanes<T>(lanes: number, list: T[], work: (one: T, nth: number) => Promise<void>) {
  let next = 0
  const lane = async () => {
    while (next < list.length) {
      const nth = next++
      await work(list[nth] as T, nth)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
