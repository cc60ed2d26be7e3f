// Seals the activity log (HARD-CASES H14): all committed entries that have no seal yet get the next one, in whatever
// order they were committed, so that a late one is only sealed later. What was written before entries were signed is
// signed as it is sealed; another one without a MAC stays as it is, for the doctor to name.

import type { Knex } from 'knex'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { headOf, keyIdOf, macOfUnsigned, type Seal, type Signed, signEntry } from './activity-macs.ts'
import { inHand } from './handed.ts'
import { keepLease, type Lease } from './leases.ts'

const ENTRIES_A_SEAL = 1_000

type Entry = Signed & { id: number; mac: string | null }

/** The job: as many seals as it takes. Gives how many entries were sealed. */
export async function sealActivity(db: Db, lease: Lease | undefined): Promise<number> {
  let sealed = 0
  for (;;) {
    const seal = await sealNext(db, lease)
    if (!seal) return sealed
    inHand().noteSeal(seal)
    sealed += seal.entries
  }
}

class SealedByAnother extends Error {}

async function sealNext(db: Db, lease: Lease | undefined): Promise<Seal | undefined> {
  const run = async (trx: Knex.Transaction) => {
    if (lease) await keepLease(trx, lease)
    return writeSeal(trx)
  }
  try {
    return await transaction(db, run, HARMLESS)
  } catch (error) {
    // Two at once: the number was taken, and with it the entries.
    if (error instanceof SealedByAnother || isDuplicate(error)) return undefined
    throw error
  }
}

async function writeSeal(trx: Knex.Transaction): Promise<Seal | undefined> {
  const key = inHand().activityKeys[0] ?? ''
  const last: Seal | undefined = await trx('seals').orderBy('number', 'desc').first('number', 'head')
  const entries = await unsealed(trx, !last)
  if (entries.length === 0) return undefined
  const macs: string[] = []
  for (const entry of entries) macs.push(entry.mac ?? (await signLate(trx, entry, key)))
  const said = {
    number: (last?.number ?? 0) + 1,
    at: timestamp(),
    entries: entries.length,
    macs: macs.join(''),
    previous: last?.head ?? '',
    last_at: entries.reduce((latest, { at }) => (at > latest ? at : latest), ''),
  }
  const seal = { ...said, key_id: keyIdOf(key), head: headOf(said, key) }
  await trx('seals').insert(seal)
  const ids = entries.map(({ id }) => id)
  const marked = await trx('activity').whereIn('id', ids).whereNull('seal').update({ seal: seal.number })
  if (marked !== entries.length) throw new SealedByAnother()
  return seal
}

async function unsealed(trx: Knex.Transaction, isFirst: boolean): Promise<Entry[]> {
  const upTo = await unsignedUpTo(trx, inHand().activityKeys)
  if (isFirst && upTo > 0) await signUnsigned(trx, String(upTo))
  return trx('activity')
    .whereNull('seal')
    .where((query) => query.whereNotNull('mac').orWhere('id', '<=', upTo))
    .orderBy('id')
    .limit(ENTRIES_A_SEAL)
}

async function signLate(trx: Knex.Transaction, entry: Entry, key: string): Promise<string> {
  const signed = signEntry(entry, key)
  await trx('activity').where({ id: entry.id }).update(signed)
  return signed.mac
}

const UNSIGNED = { key: 'activity_unsigned_up_to' }

const signUnsigned = (trx: Knex.Transaction, upTo: string) =>
  trx('settings')
    .where(UNSIGNED)
    .update({ value: `${upTo} ${macOfUnsigned(upTo, inHand().activityKeys[0] ?? '')}` })

/**
 * The last entry written before entries were signed. Believed as it stands until the first seal, which signs it: else
 * whoever writes to the database would raise it, and we would sign what they slipped in.
 */
export async function unsignedUpTo(db: Db, keys: string[]): Promise<number> {
  const row = await db('settings').where(UNSIGNED).first('value')
  const [upTo = '0', mac] = String(row?.value ?? '0').split(' ')
  const isOurs = mac
    ? keys.some((key) => macOfUnsigned(upTo, key) === mac)
    : !(await db('seals').first('number'))
  return isOurs ? Number(upTo) : 0
}
