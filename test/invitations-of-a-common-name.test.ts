import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

/** One more than are looked at. */
const MANY = 201
const FIRST = 10_000
const MORE = 'There may be more: type more letters.'
const NONE_YET = 'None among those looked through so far.'
const DATES = { created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' }

describe('invitations are looked for by a name that very many have: among the first of them, which is said', () => {
  let house: TestHouse
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    await house.work?.stop()
    const { owner_id } = await house.clientNamed('Acme Hosting')
    const numbers = Array.from({ length: MANY }, (_, nth) => FIRST + nth)
    const rowOf = (id: number) => ({
      ...{ id, first_name: 'Crowd', last_name: `N${id}`, search_text: `crowd n${id}` },
      ...DATES,
    })
    const rows = numbers.map((id) => ({ ...rowOf(id), email: `n${id}@x.test` }))
    await house.db.batchInsert('users', rows, 50)
    await house.db.batchInsert(
      'clients',
      rows.map((row) => ({ ...row, owner_id })),
      50,
    )
    for (const [table, of] of [
      ['user_words', 'user_id'],
      ['client_words', 'client_id'],
    ] as const)
      await house.db.batchInsert(
        table,
        numbers.flatMap((id) => ['crowd', `n${id}`].map((word) => ({ word, [of]: id }))),
        200,
      )
  }, 60_000)

  const invited = (email: string, client_id: number, invited_by_user_id: number) =>
    house.db('invitations').insert({
      ...{ client_id, invited_by_user_id, email, open_email: email, nonce: email, permissions: 'tickets' },
      ...{ status: 'pending', sent_at: DATES.created_at, expires_at: '2099-01-01T00:00:00.000Z', ...DATES },
    })
  const listed = () => ada.$('#invitations .row-item').length

  test.each(['client', 'inviter'])(
    '%s: whoever stands behind the first is found with more letters',
    async (by) => {
      const last = FIRST + MANY - 1
      await ada.visit(`/admin/invitations?${by}=crowd`)
      expect([listed(), ada.text.includes(NONE_YET), ada.text.includes(MORE)]).toEqual([0, true, true])
      await invited(`${by}-last@x.test`, last, last)
      await ada.visit(`/admin/invitations?${by}=crowd`)
      expect([listed(), ada.text.includes(MORE)]).toEqual([0, true])
      await ada.visit(`/admin/invitations?${by}=crowd+n${last}`)
      expect([listed(), ada.text.includes(MORE)]).toEqual([1, false])
      await invited(`${by}-first@x.test`, FIRST, FIRST)
      await ada.visit(`/admin/invitations?${by}=crowd`)
      expect([listed(), ada.text.includes(NONE_YET), ada.text.includes(MORE)]).toEqual([1, false, true])
      await house.db('invitations').delete()
    },
  )

  test('of a name that few have, and of a number, nothing of the kind is said', async () => {
    for (const query of ['client=acme', 'inviter=alice', 'client=%231', 'client=nobody', '']) {
      await ada.visit(`/admin/invitations?${query}`)
      expect([query, ada.text.includes(NONE_YET), ada.text.includes(MORE)]).toEqual([query, false, false])
    }
  })
})
