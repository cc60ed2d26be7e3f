import { beforeAll, describe, expect, test } from 'vitest'
import { queriesOf } from './support/asked-queries.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

/** Every list that is searched; `Q` is what was typed. */
const SEARCHED = {
  admin: [
    '/admin/users?search=Q',
    '/admin/clients?search=Q',
    '/admin/clients/ID/users?search=Q',
    '/admin/clients/ID/users/associate?search=Q',
    '/admin/clients/new?search=Q',
    '/admin/users/USER/merge?search=Q',
    '/admin/invitations?inviter=Q',
    '/admin/invitations?client=Q',
    '/admin/invitations?email=Q',
    '/admin/emails?search=Q',
    '/admin/clients/ID/emails?search=Q',
    '/admin/activity?action=Q',
    '/admin/activity?user=Q',
    '/admin/activity?from=Q&to=Q',
  ],
  user: [
    '/account/users?search=Q',
    '/account/emails?search=Q',
    '/user/accounts?q=Q',
    '/account/activity?action=Q',
  ],
}

const ODD = [
  ...[
    'a'.repeat(201),
    'acme '.repeat(50),
    `${'a b c d e f g '.repeat(30)}`,
    'é'.repeat(1_000),
    '\u{1F4A9}'.repeat(300),
  ],
  ...[
    '%_\\',
    '%',
    '_',
    '\\',
    '!',
    '%_\\!'.repeat(60),
    "%' OR 1=1 -- ",
    '\u0000',
    '\uFFFD',
    '\u202E',
    '"',
    '*',
    '+',
    '((((',
    '[a-',
  ],
]

const QUERIES_MAX = 30
/** Of one statement with all that it is given. */
const BYTES_MAX = 10_000

describe('whatever is searched for: an answer, bounded, and only of what fits', () => {
  let house: TestHouse
  let who: Record<keyof typeof SEARCHED, Visitor>
  let urls: { url: string; visitor: Visitor }[]

  beforeAll(async () => {
    house = await startHouse()
    who = { admin: await house.admin(), user: await house.user('alice', 'Acme Hosting') }
    // What is delivered beside it would be counted.
    await house.work?.stop()
    const { id } = await house.clientNamed('Acme Hosting')
    const carol = await house.db('users').where({ email: 'carol@example.com' }).first()
    const at = (path: string) => path.replace('ID', id).replace('USER', carol.id)
    urls = (['admin', 'user'] as const).flatMap((area) =>
      SEARCHED[area].map((path) => ({ url: at(path), visitor: who[area] })),
    )
  })

  test('no list breaks, and none asks more for more that was typed', async () => {
    const wrong: unknown[] = []
    for (const { url, visitor } of urls) {
      const ask = (typed: string) => visitor.visit(url.replaceAll('Q', encodeURIComponent(typed)))
      for (const typed of ODD) {
        const asked = await queriesOf(house, () => ask(typed))
        const longest = Math.max(...asked.map(({ sql, bindings }) => sql.length + String(bindings).length))
        if (![200, 422].includes(visitor.status) || asked.length > QUERIES_MAX || longest > BYTES_MAX)
          wrong.push([url, typed.slice(0, 20), visitor.status, asked.length, longest])
      }
    }
    expect(wrong).toEqual([])
  }, 240_000)

  test('a sign that means something to a database means itself', async () => {
    await who.admin.visit('/admin/clients/new')
    const alice = await house.db('users').where({ email: 'alice@example.com' }).first()
    await who.admin.post('/admin/clients/new', {
      ...{ company_name: '50%_off \\ Ltd', first_name: 'Zed', last_name: 'Zoll', email: 'zed@example.com' },
      user_id: String(alice.id),
    })
    const made = await house.db('clients').where({ first_name: 'Zed' }).first()
    expect(made?.company_name).toBe('50%_off \\ Ltd')
    const found = async (visitor: Visitor, url: string, typed: string) =>
      (await visitor.visit(url + encodeURIComponent(typed))).text.includes('50%_off')
    for (const typed of ['50%', '50%_O', '\\ 50%_off'])
      expect([typed, await found(who.admin, '/admin/clients?search=', typed)]).toEqual([typed, true])
    for (const typed of ['5%', '50__', '%of%', '50%%off'])
      expect([typed, await found(who.admin, '/admin/clients?search=', typed)]).toEqual([typed, false])
    for (const [typed, is] of [
      ['%_', true],
      ['\\', true],
      ['50%_off \\', true],
      ['%%', false],
      ['__', false],
      ['5%off', false],
    ] as const)
      expect([typed, await found(who.user, '/user/accounts?q=', typed)]).toEqual([typed, is])
    await house.visitor().post('/password/reset', { email: 'alice@example.com' })
    for (const [typed, is] of [
      ['alice@exa', true],
      ['alice_exa', false],
      ['%lice@exa', false],
      ['alice@%', false],
    ] as const) {
      await who.admin.visit(`/admin/emails?search=${encodeURIComponent(typed)}`)
      expect([typed, who.admin.text.includes('alice@example.com')]).toEqual([typed, is])
    }
  })
})
