// A worker is a process that delivers e-mails and hook events and works off jobs. Each raises its own beat in
// the database; the others watch it by their own monotonic clocks (HARD-CASES H13). One whose beat stood still
// is dead: its row goes, and in the same transaction all that it had claimed is free again (H12). One that was
// only asleep finds its row gone, and goes on as somebody new: what it still writes down under an old claim
// counts only while nobody else has taken that claim over.

import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Knex } from 'knex'
import { timestamp, type Watch } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { VERSION } from '../platform/versions.ts'
import { freeClaims, freeLostClaims, freeOrphans, renameClaims } from './claims.ts'

export interface Worker {
  /** A new one after it was taken for dead. */
  id: string
  /** The tokens of what it is working on. */
  claims: Set<string>
  /** How many hook calls it has in hand, by file. */
  calls: Map<string, number>
}

export interface WorkerRow {
  id: string
  host: string
  pid: number
  version: string
  beat: number
  started_at: string
  seen_at: string
}

export const BEAT_SECONDS = 5
export const DEAD_AFTER_SECONDS = 20

/** Registers this process. */
export async function startWorker(db: Db): Promise<Worker> {
  const worker: Worker = { id: '', claims: new Set(), calls: new Map() }
  await register(db, worker)
  return worker
}

async function register(db: Db, worker: Worker) {
  const id = randomBytes(12).toString('hex')
  const at = timestamp()
  const about = { host: hostname().slice(0, 255), pid: process.pid, version: VERSION }
  await db('workers').insert({ id, ...about, beat: 0, started_at: at, seen_at: at })
  if (worker.id) await renameClaims(db, worker.id, id)
  worker.id = id
}

/** Raises the beat, or registers anew; frees what was claimed in this name and is not worked on (a lost answer). */
export async function beat(db: Db, worker: Worker): Promise<void> {
  const raised = await db('workers')
    .where({ id: worker.id })
    .update({ seen_at: timestamp() })
    .increment('beat', 1)
  if (raised !== 1) await register(db, worker)
  await freeLostClaims(db, worker)
  await freeOrphans(db)
}

/** Buries the workers whose beat stood still; gives how many. */
export async function buryDead(
  db: Db,
  worker: Worker,
  watch: Watch,
  deadAfterMs = DEAD_AFTER_SECONDS * 1000,
): Promise<number> {
  const others: { id: string; beat: number }[] = await db('workers')
    .whereNot({ id: worker.id })
    .select('id', 'beat')
  let buried = 0
  for (const { id, beat } of others) {
    if (!watch.hasStoodStill(`worker ${id}`, String(beat), deadAfterMs)) continue
    watch.forget(`worker ${id}`)
    // Guarded by the beat: one that moved in the meantime lives.
    const bury = async (trx: Knex.Transaction) => {
      const gone = await trx('workers').where({ id, beat }).delete()
      if (gone === 1) await freeClaims(trx, id)
      return gone
    }
    buried += await transaction(db, bury, HARMLESS)
  }
  return buried
}

/** Leaves in good order: what it had claimed is free at once. */
export async function endWorker(db: Db, worker: Worker) {
  worker.claims.clear()
  const leave = async (trx: Knex.Transaction) => {
    await trx('workers').where({ id: worker.id }).delete()
    await freeClaims(trx, worker.id)
  }
  await transaction(db, leave, HARMLESS)
}
