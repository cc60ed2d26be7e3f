import { beforeAll, describe, expect, test } from 'vitest'
import { type Examination, examine, type Finding } from '../src/domain/doctor.ts'
import { english, type Key } from '../src/lang/english.ts'
import { timestamp } from '../src/platform/clock.ts'
import { t } from '../src/web/translate.ts'
import { type Break, breakRow } from './support/break.ts'
import { cases, delivery, type Ids, WORKER } from './support/broken-rows.ts'
import { liveFullStory } from './support/full-story.ts'
import { startHouse, type TestHouse } from './support/house.ts'

// The list of cases is made before there is a house.
const NOT_YET: Ids = { acme: 0, bakery: 0, alice: 0, bob: 0, carol: 0, frank: 0 }
const LONG_AGO = '2026-01-01T00:00:00.000Z'

describe('the doctor', () => {
  let house: TestHouse
  let ids: Ids

  beforeAll(async () => {
    house = await startHouse()
    await liveFullStory(house)
    // Nothing is delivered or freed from here on: what is broken stays so.
    await house.work?.stop()
    await house.work?.leave()
    const user = async (email: string) => (await house.db('users').where({ email }).first()).id
    ids = {
      acme: (await house.clientNamed('Acme Hosting')).id,
      bakery: (await house.clientNamed('Brown Bakery')).id,
      alice: await user('alice@example.com'),
      bob: await user('bob@example.com'),
      carol: await user('carol@example.com'),
      frank: await user('frank@example.net'),
    }
  })

  async function found(options: Examination = {}): Promise<Finding[]> {
    const all: Finding[] = []
    for await (const finding of examine(house.db, { pauseMs: 1, ...options })) all.push(finding)
    return all
  }
  const names = (findings: Finding[]) => [...new Set(findings.map(({ check }) => check))].sort()

  /** What is found while these rows are broken. */
  async function whileBroken(rows: Break[], options?: Examination): Promise<Finding[]> {
    const undo: (() => Promise<void>)[] = []
    for (const row of rows) undo.unshift(await breakRow(house.db, row))
    try {
      return await found(options)
    } finally {
      for (const mend of undo) await mend()
    }
  }

  test('finds nothing where nothing is wrong, whatever has happened', async () => {
    const actions = await house.db('activity').distinct().pluck('action')
    for (const end of ['accepted', 'declined', 'cancelled', 'expired', 'resent', 'replaced'])
      expect(actions).toContain(`invite.${end}`)
    expect(await found()).toEqual([])
  })

  test.each(
    cases(NOT_YET).map(
      ({ check, rows }, nth) => [check, JSON.stringify(rows[0]?.set ?? rows[0]), nth] as const,
    ),
  )('%s: %s', async (check, _, nth) => {
    const { rows = [], also = [] } = cases(ids)[nth] ?? {}
    const findings = await whileBroken(rows)
    expect(names(findings)).toEqual([check, ...also].sort())
    for (const one of findings) {
      const sentence = `${t(`doctor.${one.check}`, one.values)} ${t(`doctor.${one.check}.remedy`)}`
      expect(sentence).not.toMatch(/[{}]|undefined|null|\[object/)
    }
  })

  test('afterwards all is mended again', async () => {
    expect(await found()).toEqual([])
  })

  test('two users of one address, where the unique index is gone', async () => {
    const { db } = house
    await db.schema.alterTable('users', (table) => table.dropUnique(['email']))
    const twin = { table: 'users', where: { email: 'bob@example.com' }, add: { first_name: 'Twin' } }
    expect(await whileBroken([twin])).toEqual([
      { check: 'user.emailTwice', values: { email: 'bob@example.com', count: 2 } },
      { check: 'words', values: { table: 'users', id: expect.any(Number) } },
    ])
    await db.schema.alterTable('users', (table) => table.unique(['email']))
  })

  test('sample data is a finding in production alone', async () => {
    expect(names(await found({ production: true }))).toEqual(['sampleData'])
  })

  test('in production an active admin holds every right', async () => {
    const ada = { table: 'admins', where: { email: 'ada@latchkey.test' } }
    for (const set of [{ status: 'disabled' }, { role: 'support' }])
      expect(names(await whileBroken([{ ...ada, set }], { production: true }))).toEqual([
        'admin.noFull',
        'sampleData',
      ])
  })

  test('after so many of one kind it says that there is more', async () => {
    const closed = { table: 'clients', where: { id: ids.acme }, set: { status: 'closed' } }
    const findings = await whileBroken([closed], { most: 2 })
    expect(findings.map(({ check }) => check)).toEqual([
      'invitation.closedClient',
      'invitation.closedClient',
      'more',
    ])
  })

  test('every check has a case here', () => {
    const sentences = Object.keys(english).filter((key) => /^doctor\..*\.remedy$/.test(key)) as Key[]
    const covered = new Set<string>(cases(NOT_YET).map(({ check }) => check))
    for (const name of ['user.emailTwice', 'sampleData', 'admin.noFull', 'more']) covered.add(name)
    // Those are broken in the-activity-log-is-sealed.test.ts.
    for (const name of ['noKey', 'seal', 'changed', 'missing', 'slippedIn', 'head', 'left', 'removed'])
      covered.add(`chain.${name}`)
    expect(sentences.map((key) => key.slice('doctor.'.length, -'.remedy'.length)).sort()).toEqual(
      [...covered].sort(),
    )
  })

  describe('what is in the middle of happening is no finding', () => {
    const mail = { table: 'emails', where: { to_address: 'kim@example.com' } }
    const waits = { status: 'waiting', sent_at: null, retry_until: '2099-01-01T00:00:00.000Z' }
    const held = { ...waits, claim_token: 'token', claimed_by: WORKER.id }

    const atWork = () => ({ ...mail, set: { ...held, next_attempt_at: timestamp() } })

    test('a worker at work', async () => {
      const worker = { table: 'workers', add: { ...WORKER, seen_at: timestamp() } }
      expect(await whileBroken([worker, atWork()])).toEqual([])
    })

    test('a worker whose clock is wrong, but whose beat goes on', async () => {
      const worker = { table: 'workers', add: { ...WORKER, seen_at: LONG_AGO } }
      const beating = setInterval(
        () =>
          house
            .db('workers')
            .increment('beat', 1)
            .catch(() => {}),
        50,
      )
      expect(await whileBroken([worker, atWork()], { pauseMs: 300 })).toEqual([])
      clearInterval(beating)
    })

    test('an e-mail that is sent while the doctor looks', async () => {
      const due = { ...mail, set: { ...waits, next_attempt_at: LONG_AGO } }
      const sending = setTimeout(
        () => house.db('emails').where(mail.where).update({ status: 'sent', sent_at: timestamp() }).then(),
        150,
      )
      expect(await whileBroken([due], { pauseMs: 600 })).toEqual([])
      clearTimeout(sending)
    })

    test('a delivery whose function nobody has just now; and what failed for good', async () => {
      expect(await whileBroken([delivery(1, { next_attempt_at: LONG_AGO })])).toEqual([])
      expect(await whileBroken([delivery(1, { status: 'failed' })])).toEqual([])
      expect(await whileBroken([{ ...mail, set: { status: 'failed', sent_at: null } }])).toEqual([])
    })

    test('an invitation that ran out a moment ago, whose inviter is gone and whose client is closed', async () => {
      const over = { table: 'invitations', where: { email: 'jack@example.com' } }
      const closed = { table: 'clients', where: { id: ids.acme }, set: { status: 'closed' } }
      const moment = { expires_at: timestamp(), invited_by_user_id: ids.frank }
      const others = ['hugo@example.com', 'ida@example.com'].map((email) => ({
        ...{ table: 'invitations', where: { email } },
        set: { expires_at: timestamp() },
      }))
      expect(await whileBroken([{ ...over, set: moment }, ...others, closed])).toEqual([])
    })
  })

  test('people at work meanwhile are no finding', async () => {
    const bob = await house.user('bob', 'Acme Hosting')
    const invite = async (nth: number) => {
      const email = `guest${nth}@example.com`
      await bob.post('/account/users/invite', { email })
      const { id } = await house.db('invitations').where({ email }).first()
      await bob.post(`/account/invites/${id}/resend`)
      await bob.post(`/account/invites/${id}/cancel`)
    }
    let working = true
    const work = async () => {
      for (let nth = 0; nth < 5; nth++) await invite(nth)
    }
    const done = work().finally(() => {
      working = false
    })
    const findings: Finding[] = []
    while (working) findings.push(...(await found()))
    await done
    expect(findings).toEqual([])
    expect(await house.db('invitations').where({ send_count: 2, status: 'cancelled' })).toHaveLength(6)
  })
})
