import { setTimeout as pause } from 'node:timers/promises'
import type { RowDataPacket } from 'mysql2/promise'
import { beforeAll, expect, test } from 'vitest'
import { atEnd } from '../../support/at-end.ts'
import { type Galera, startGalera } from '../../support/galera.ts'
import { connectionsOn, fillCluster, type OnACluster, startOn, until } from '../../support/on-a-cluster.ts'
import type { Visitor } from '../../support/visitor.ts'

const A = 0
const PEOPLE = 6
const MOVED_WITHIN_MS = 5_000

let cluster: Galera
let latchkey: OnACluster
let people: Visitor[]

beforeAll(async () => {
  cluster = await startGalera()
  await fillCluster(cluster)
  latchkey = await startOn(cluster, A)
  people = await Promise.all(Array.from({ length: PEOPLE }, () => latchkey.user('alice')))
})
atEnd(() => cluster?.stop())

interface Answer {
  act: 'read' | 'invite'
  email: string
  status: number
  at: number
  ms: number
}

/** Everyone reads and invites without a pause, until told to stop. */
function load(name: string) {
  const answers: Answer[] = []
  let isOver = false
  const keepOn = async (visitor: Visitor, nth: number) => {
    for (let round = 0; !isOver; round++) {
      const email = `${name}${nth}.${round}@example.com`
      for (const act of ['read', 'invite'] as const) {
        const at = performance.now()
        const request =
          act === 'read'
            ? visitor.agent.get('/account/users')
            : visitor.agent
                .post('/account/users/invite')
                .set({ Origin: visitor.appUrl })
                .type('form')
                .send({ email, permissions: 'tickets' })
        const { status } = await request
        answers.push({ act, email, status, at, ms: Math.round(performance.now() - at) })
      }
      await pause(20)
    }
  }
  const all = Promise.all(people.map(keepOn))
  return {
    answers,
    async stop() {
      isOver = true
      await all
    },
  }
}

const tally = (answers: Answer[]) => {
  const counts: Record<string, number> = {}
  for (const { act, status } of answers) counts[`${act} ${status}`] = (counts[`${act} ${status}`] ?? 0) + 1
  return counts
}
const longest = (answers: Answer[]) => Math.max(0, ...answers.map(({ ms }) => ms))

const GONE: [string, NodeJS.Signals, () => Promise<unknown>][] = [
  ['is killed', 'SIGKILL', () => cluster.restart(A)],
  ['stands still', 'SIGSTOP', async () => cluster.signal(A, 'SIGCONT')],
]

test.each(GONE)(
  'under load the node in use %s and comes back: nothing that was said is lost, and nobody gets a 500',
  async (_, signal, bringBack) => {
    const name = `${signal.toLowerCase()}-`
    const running = load(name)
    await pause(4_000)
    const killed = performance.now()
    cluster.signal(A, signal)
    const invited = () =>
      running.answers.filter(({ act, status, at }) => act === 'invite' && status === 303 && at > killed)
    await until(() => invited().length > 0)
    const moved = Math.min(...invited().map(({ at, ms }) => at + ms))
    await pause(4_000)
    const back = performance.now()
    await bringBack()
    await until(async () => (await connectionsOn(cluster, A)) > 0)
    const returned = performance.now()
    await pause(2_000)
    await running.stop()

    const { answers } = running
    const calm = answers.filter(({ at, ms }) => at + ms < killed)
    console.log(
      JSON.stringify({
        signal,
        answers: tally(answers),
        longestBeforeMs: longest(calm),
        longestStallMs: longest(answers),
        firstInvitationAfterKillMs: Math.round(moved - killed),
        usedAgainMs: Math.round(returned - back),
      }),
    )
    expect(
      Object.keys(tally(answers)).filter((key) => !/ (200|303)$/.test(key)),
      'no 500, and no 503 either',
    ).toEqual([])
    expect(moved - killed).toBeLessThan(MOVED_WITHIN_MS)
    await everythingOnce(
      name,
      answers.filter(({ act, status }) => act === 'invite' && status === 303),
    )
  },
)

/** Each invitation that was answered is there once, with its activity, e-mail and event. */
async function everythingOnce(name: string, invited: Answer[]) {
  const connection = await cluster.connect(1)
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT i.email, i.send_count AS sent,
       (SELECT COUNT(*) FROM latchkey.activity a WHERE a.action = 'invite.sent' AND a.detail LIKE CONCAT('%"', i.email, '"%')) AS told,
       (SELECT COUNT(*) FROM latchkey.emails e WHERE e.invitation_id = i.id) AS mails
     FROM latchkey.invitations i WHERE i.email LIKE '${name}%' AND i.status = 'pending'`,
  )
  const [[events]] = await connection.query<RowDataPacket[][]>(
    `SELECT COUNT(*) AS n FROM latchkey.hook_events WHERE name = 'InviteSent' AND payload LIKE '%${name}%'`,
  )
  await connection.end()
  expect(rows.filter(({ sent, told, mails }) => sent !== 1 || told !== 1 || mails !== 1)).toEqual([])
  expect(rows.map(({ email }) => email).sort()).toEqual(invited.map(({ email }) => email).sort())
  expect((events as unknown as { n: number }).n).toBe(rows.length)
}
