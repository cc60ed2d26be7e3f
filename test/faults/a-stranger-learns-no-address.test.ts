// Whether an address has a login is not to be read off an answer: not its status, its size, nor the time it
// takes. Known and unknown addresses take turns; were they alike, guessing by time would be right as often as not.

import { beforeAll, describe, expect, test } from 'vitest'
import { hashPassword } from '../../src/domain/passwords.ts'
import { figures, isFull } from '../support/faults.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { connect } from '../support/load.ts'

const TRIES = 200
/** A network may try sixty of a kind before it has to wait. */
const TRIES_A_HOUSE = 25
const MOST_FROM_HALF = 0.15
/** The short run goes on until chance alone, within so many standard deviations, leaves no doubt; the full one to its end. */
const SURE = 2

const at = '2026-01-01T00:00:00.000Z'
const DATES = { created_at: at, updated_at: at }
const PROVEN = { email_verified_at: at, ...DATES }
const stored = { password_hash: '' }

interface Seen {
  status: number
  size: number
  ms: number
}

const names = { first_name: 'Eve', last_name: 'Adams' }
const PAGES: Record<string, (email: string) => Record<string, string>> = {
  '/login': (email) => ({ email, password: 'a wrong password' }),
  '/password/reset': (email) => ({ email }),
  '/admin/password/reset': (email) => ({ email }),
  '/register': (email) => ({ ...names, email, password: 'a long sentence of mine' }),
}

/** How often a known one took longer than an unknown one: the area under the ROC curve. */
function area(known: number[], unknown: number[]) {
  let wins = 0
  for (const one of known) for (const other of unknown) wins += one > other ? 1 : one === other ? 0.5 : 0
  return wins / (known.length * unknown.length)
}

const times = (seen: Seen[]) => seen.map(({ ms }) => ms)
const fromHalf = (known: Seen[], unknown: Seen[]) => Math.abs(area(times(known), times(unknown)) - 0.5)

/** What chance does to the area of so many of each that are alike (Mann and Whitney). */
const deviation = (tries: number) => Math.sqrt((2 * tries + 1) / (12 * tries * tries))

const isClear = (known: Seen[], unknown: Seen[]) =>
  fromHalf(known, unknown) + SURE * deviation(known.length) <= MOST_FROM_HALF

/** As many houses as the limit of one network makes necessary. */
async function measure(path: string, round: number) {
  const [known, unknown]: [Seen[], Seen[]] = [[], []]
  while (known.length < TRIES) {
    await measureIn(await startHouse(), path, `${round}-${known.length}`, known, unknown)
    if (!isFull && isClear(known, unknown)) break
  }
  return { known, unknown }
}

/** In a house with people whose hashes cost what they do. */
async function measureIn(house: TestHouse, path: string, nth: string, known: Seen[], unknown: Seen[]) {
  const on = connect(house.appUrl)
  const fields = PAGES[path] as (email: string) => Record<string, string>
  const ask = async (email: string): Promise<Seen> => {
    const { status, text, ms } = await on.post(path, '', fields(email))
    // The address itself is on the page again.
    return { status, size: text.replaceAll(email, '').length, ms }
  }
  const address = (kind: string, one: number) => `${kind}-${nth}-${String(one).padStart(4, '0')}@example.com`
  const { password_hash } = stored
  const emails = Array.from({ length: TRIES_A_HOUSE + 1 }, (_, one) => address('known', one))
  const users = emails.map((email) => ({ ...names, email, password_hash, search_text: email, ...PROVEN }))
  const admins = emails.map((email) => ({ name: 'Eve', email, password_hash, role: 'support', ...DATES }))
  await (path.startsWith('/admin') ? house.db('admins').insert(admins) : house.db('users').insert(users))
  // The first of each warms up what is done once.
  await ask(address('known', TRIES_A_HOUSE))
  await ask(address('other', TRIES_A_HOUSE))
  for (let one = 0; one < TRIES_A_HOUSE; one++) {
    const first = one % 2 === 0
    if (first) known.push(await ask(address('known', one)))
    unknown.push(await ask(address('other', one)))
    if (!first) known.push(await ask(address('known', one)))
  }
  on.close()
  await house.delivery.settled()
}

describe('a stranger learns no address', () => {
  beforeAll(async () => {
    stored.password_hash = await hashPassword('a long sentence of hers')
  })

  for (const path of Object.keys(PAGES))
    test(`${path}: known and unknown are answered alike, and as fast`, async () => {
      let found = 1
      // Measured once more if it was out of range by chance.
      for (let round = 1; round <= 2 && found > MOST_FROM_HALF; round++) {
        const { known, unknown } = await measure(path, round)
        const all = [...known, ...unknown]
        if (isFull) expect([known.length, unknown.length]).toEqual([TRIES, TRIES])
        expect(unknown).toHaveLength(known.length)
        expect([...new Set(all.map(({ status }) => status))]).toHaveLength(1)
        expect(all[0]?.status).not.toBe(429)
        expect([...new Set(all.map(({ size }) => size))]).toHaveLength(1)
        found = fromHalf(known, unknown)
        const auc = area(times(known), times(unknown)).toFixed(3)
        figures(`enumeration ${path}`, { round, tries: known.length, auc })
      }
      expect(found).toBeLessThanOrEqual(MOST_FROM_HALF)
    })
})
