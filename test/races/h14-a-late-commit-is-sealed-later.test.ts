import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { record } from '../../src/domain/activity.ts'
import { type Actor, change } from '../../src/domain/change.ts'
import { brokenChain } from '../../src/domain/doctor-chain.ts'
import { sealActivity } from '../../src/domain/seals.ts'
import { startHouse } from '../support/house.ts'

const house = await startHouse()
const { db, config } = house

const actor = (): Actor => ({
  ...{ kind: 'system', id: null, name: 'test', ip: '' },
  requestId: randomUUID(),
  entries: { next: 0 },
})
const seal = () => sealActivity(db, undefined)

async function found() {
  const all: unknown[] = []
  for await (const finding of brokenChain(db, config.activityKeys)) all.push(finding)
  return all
}

/** Writes entries, and commits only when it is let. */
async function writeAndWait(count: number) {
  const by = actor()
  let written = () => {}
  let commit = () => {}
  const gate = new Promise<void>((resolve) => {
    commit = resolve
  })
  const isWritten = new Promise<void>((resolve) => {
    written = resolve
  })
  const done = change(db, by, async (trx) => {
    for (let nth = 0; nth < count; nth++) await record(trx, 'sample.filled', { nth })
    written()
    await gate
  })
  await isWritten
  return {
    requestId: by.requestId,
    async commit() {
      commit()
      await done
    },
  }
}

// Fails when a seal takes "all up to the highest id", or waits for entries whose commit is still to come.
test('H14 an entry that commits after later ones were sealed gets the next seal, and the chain stays whole', async () => {
  await seal()
  const late = await writeAndWait(2)
  await change(db, actor(), (trx) => record(trx, 'sample.filled'))
  const early = await db('activity').whereNull('seal').orderBy('id', 'desc').first()
  expect(await seal(), 'without waiting for the one that is open').toBe(1)
  expect(await found()).toEqual([])

  await late.commit()
  const rows = await db('activity').where({ request_id: late.requestId })
  expect(rows.map(({ id, seal: number }) => [id < early.id, number])).toEqual([
    [true, null],
    [true, null],
  ])
  expect(await found(), 'no seal yet is no finding').toEqual([])

  expect(await seal()).toBe(2)
  const sealed = await db('activity').where({ request_id: late.requestId }).pluck('seal')
  const { seal: before } = await db('activity').where({ id: early.id }).first()
  expect(sealed).toEqual([before + 1, before + 1])
  expect(await found()).toEqual([])
})

test('H14 while entries come in from all sides and one stays open, each is sealed once', async () => {
  let writing = true
  const write = async () => {
    for (let nth = 0; nth < 15; nth++)
      await change(db, actor(), (trx) => record(trx, 'sample.filled', { nth }))
  }
  const open = await writeAndWait(1)
  const writers = Promise.all([write(), write(), write()]).then(() => {
    writing = false
  })
  while (writing) await seal()
  await writers
  await open.commit()
  await seal()
  expect(await db('activity').whereNull('seal')).toEqual([])
  const [counted] = await db('activity').count({ n: '*' })
  const [sealed] = await db('seals').sum({ n: 'entries' })
  expect(Number(sealed?.n)).toBe(Number(counted?.n))
  expect(await found()).toEqual([])
})
