// What the examples of the document lean on beside the sample data: the add-on that is shipped as an example. And what
// they are answered, as it is written down.

import { readFileSync } from 'node:fs'
import { timestamp } from '../../src/platform/clock.ts'
import type { TestHouse } from './house.ts'
import { ROOT } from './sources.ts'

/** For HOOKS_DIR, as the document says. */
export const ADD_ON = { 'example.ts': readFileSync(`${ROOT}/hooks/_example.ts`, 'utf8') }
/** The same, which prints nothing: for a thousand calls. */
export const QUIET = { 'example.ts': ADD_ON['example.ts'].replaceAll('console.log(', 'String(') }
const POINTS = ['UserAssociated', 'InviteSent']

/** Workers write down which functions they have now and then: here at once. */
export async function writeDownFunctions({ db, delivery }: TestHouse, file = 'example.ts') {
  delivery.wake()
  await delivery.settled()
  const at = timestamp()
  for (const name of POINTS) {
    const hook = `${file}#${name}`
    const row = { file, name, priority: 1, on_failure: 'allow', last_seen_at: at }
    const known = await db('hook_functions').where({ hook }).first()
    if (!known) await db('hook_functions').insert({ hook, first_seen_at: at, ...row })
  }
}

const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g
const SHOWN_AT = Date.parse('2026-11-24T15:04:05.000Z')
const HOUR_MS = 3_600_000

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Makes of each answer what it would be on a certain day, and if nothing were drawn by lot. */
export function writingDown(begunMs: number) {
  const ids: string[] = []
  const idOf = (drawn: string) => {
    if (!ids.includes(drawn)) ids.push(drawn)
    return `1b4e28ba-2fa1-4d3b-8f0e-5c6d7a8b9c${String(ids.indexOf(drawn) + 1).padStart(2, '0')}`
  }
  const momentOf = (moment: string) => {
    const hours = Math.round((Date.parse(moment) - begunMs) / HOUR_MS)
    return new Date(SHOWN_AT + hours * HOUR_MS).toISOString()
  }
  return (text: string) => JSON.parse(text.replace(MOMENT, momentOf).replace(UUID, idOf))
}
