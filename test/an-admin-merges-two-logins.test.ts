import { beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { examine } from '../src/domain/doctor.ts'
import { ALL_PERMISSIONS } from '../src/domain/permissions.ts'
import { proof, typedProof } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { associate, idsOf, lookAtMerge } from './support/merging.ts'
import type { Visitor } from './support/visitor.ts'

describe('H15 an admin merges two logins of one person', () => {
  let house: TestHouse
  let ada: Visitor
  let ids: Awaited<ReturnType<typeof idsOf>>

  beforeEach(async () => {
    house = await startHouse()
    ada = await house.admin()
    ids = await idsOf(house)
  })

  const rowOf = (id: number) => house.db('users').where({ id }).first()
  const access = async (client_id: number, user_id: number) =>
    (await house.db('associations').where({ client_id, user_id }).first('permissions'))?.permissions
  const ownerOf = async (id: number) => (await house.db('clients').where({ id }).first('owner_id')).owner_id
  const actions = async (user_id: number) =>
    (await house.db('activity').where({ user_id }).orderBy('id').pluck('action')) as string[]
  const eventsOf = async (name: string) => (await house.db('hook_events').where({ name })).length

  const seen = () => String(ada.$('input[name=seen]').val() ?? '')
  const post = (here: number, other: number, keep: 'this' | 'other', fresh: string) =>
    ada.post(`/admin/users/${here}/merge`, { ...proof, other, keep, seen: fresh })

  test('the preview says what becomes of every client, and changes nothing', async () => {
    await associate(house, ids.carol, ids.acme, 'emails,tickets')
    await lookAtMerge(ada, ids)
    expect(ada.title).toBe('Merge carol@example.com into bob@example.com')
    expect(ada.text).toContain('Nothing has happened yet')
    const rows = ada
      .$('.row-item')
      .map((_, row) => ada.$(row).text().replace(/\s+/g, ' ').trim())
      .get()
    expect(rows).toEqual([
      'Acme Hosting Now: Services, invoices, tickets · and from the other login: Tickets, emails After: Services, invoices, tickets, emails',
      'Brown Bakery Stays owner Now: All permissions · and from the other login: no access After: All permissions',
      'Chen Labs Becomes owner Now: no access · and from the other login: All permissions After: All permissions',
    ])
    expect((await rowOf(ids.carol)).status).toBe('active')
    expect(await ownerOf(ids.labs)).toBe(ids.carol)
  })

  test('permissions are joined, owners stay owners, and what the other owned moves', async () => {
    const body = {
      user_id: String(ids.carol),
      send_invite: 'no',
      permissions: ['emails', 'tickets'],
      confirmed: '1',
    }
    await ada.post(`/admin/clients/${ids.acme}/users/associate`, body)
    const told = ['UserAssociated', 'UserDisassociated', 'PermissionsChanged', 'OwnerChanged']
    const before = await Promise.all(told.map(eventsOf))
    await lookAtMerge(ada, ids)
    await ada.press('Merge the logins', typedProof)
    expect(ada.path).toBe(`/admin/users/${ids.bob}`)
    expect(ada.told).toContain('carol@example.com is merged')
    expect(await access(ids.acme, ids.bob)).toBe('emails,invoices,products,tickets')
    expect(await access(ids.labs, ids.bob)).toBe(ALL_PERMISSIONS)
    expect(await house.db('associations').where({ user_id: ids.carol })).toEqual([])
    expect([await ownerOf(ids.acme), await ownerOf(ids.bakery), await ownerOf(ids.labs)]).toEqual([
      ids.alice,
      ids.bob,
      ids.bob,
    ])
    expect(await actions(ids.carol)).toEqual(
      expect.arrayContaining(['user.disassociated', 'user.disassociated', 'user.merged']),
    )
    expect(await actions(ids.bob)).toEqual(
      expect.arrayContaining(['permissions.changed', 'user.associated', 'owner.changed']),
    )
    const after = await Promise.all(told.map(eventsOf))
    expect(after.map((count, nth) => count - (before[nth] ?? 0))).toEqual([1, 2, 1, 1])
    for (const name of ['bob', 'carol']) {
      const [mail] = await house.mailTo(`${name}@example.com`)
      expect(mail?.subject).toBe('Your two logins are now one')
      expect(mail?.text).toContain('From now on log in with bob@example.com')
    }
    const findings = []
    for await (const one of examine(house.db, { pauseMs: 1 })) findings.push(one)
    expect(findings).toEqual([])
  })

  test('the other may be the one that stays', async () => {
    await lookAtMerge(ada, ids, { keep: 'other' })
    await ada.press('Merge the logins', typedProof)
    expect(await rowOf(ids.bob)).toMatchObject({ status: 'merged', merged_into_id: ids.carol })
    expect(await ownerOf(ids.bakery)).toBe(ids.carol)
  })

  test('the login that went opens nothing: sessions, password, links; its address stays taken', async () => {
    const carol = await house.user('carol')
    await house.visitor().post('/password/reset', { email: 'carol@example.com' })
    const link = await house.linkTo('carol@example.com')
    await lookAtMerge(ada, ids)
    await ada.press('Merge the logins', typedProof)
    await carol.visit('/user/accounts')
    expect(carol.path.split('?')[0]).toBe('/login')
    const [wrong, merged] = [house.visitor(), house.visitor()]
    for (const [visitor, email] of [
      [wrong, 'nobody@example.com'],
      [merged, 'carol@example.com'],
    ] as const) {
      await visitor.visit('/login')
      await visitor.press('Log in', { 'Email address': email, Password: PASSWORD })
    }
    expect([merged.status, merged.told]).toEqual([wrong.status, wrong.told])
    await carol.visit(link)
    expect(carol.status).toBe(404)
    await carol.visit('/register')
    const names = { 'First name': 'Carol', 'Last name': 'Again', Password: 'a long sentence of mine' }
    await carol.press('Create account', { ...names, 'Email address': 'carol@example.com' })
    await house.mailTo('carol@example.com')
    expect(await house.db('emails').where({ template: 'register' })).toEqual([])
    for (const table of ['sessions', 'associations'])
      expect(await house.db(table).where({ user_id: ids.carol })).toEqual([])
    await ada.visit(`/admin/users/${ids.carol}`)
    expect(ada.text).toContain('This login was merged into Bob Brown')
    await ada.follow('Bob Brown')
    expect(ada.text).toContain('carol@example.com')
  })

  test('history keeps its names and is read with the login that stays', async () => {
    const carol = await house.user('carol', 'Chen Labs')
    await carol.visit('/account/details')
    await carol.press('Save', { City: 'Oslo' })
    const before = await house.db('activity').where({ actor_kind: 'user', actor_id: ids.carol }).orderBy('id')
    await lookAtMerge(ada, ids)
    await ada.press('Merge the logins', typedProof)
    expect(
      await house.db('activity').where({ actor_kind: 'user', actor_id: ids.carol }).orderBy('id'),
    ).toEqual(before)
    await ada.visit(`/admin/activity?user=${ids.bob}`)
    expect(ada.text).toContain('Carol Chen')
    const bob = await house.user('bob')
    await bob.visit('/user/activity')
    expect(bob.text).toContain('Carol Chen')
  })

  test('a preview that no longer holds is refused, with a fresh one to go on from', async () => {
    await lookAtMerge(ada, ids)
    const old = seen()
    await associate(house, ids.carol, ids.acme, 'emails')
    await post(ids.bob, ids.carol, 'this', old)
    expect([ada.status, ada.told]).toEqual([
      422,
      expect.stringContaining('Something changed since you looked'),
    ])
    expect((await rowOf(ids.carol)).status).toBe('active')
    expect(seen()).not.toBe(old)
    // What was shown for one way round is no yes to the other.
    await post(ids.bob, ids.carol, 'other', seen())
    expect([ada.status, (await rowOf(ids.bob)).status]).toEqual([422, 'active'])
    await post(ids.bob, ids.carol, 'this', '')
    expect(ada.status).toBe(422)
    await ada.press('Merge the logins', typedProof)
    expect((await rowOf(ids.carol)).status).toBe('merged')
  })

  test('a second click does it no second time', async () => {
    await lookAtMerge(ada, ids)
    const fresh = seen()
    await ada.press('Merge the logins', typedProof)
    await post(ids.bob, ids.carol, 'this', fresh)
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('no longer possible')])
    expect((await actions(ids.carol)).filter((action) => action === 'user.merged')).toHaveLength(1)
    expect(await house.db('emails').where({ template: 'login-merged' })).toHaveLength(2)
  })

  test('itself, nobody, a disabled, deleted or merged login: refused in words', async () => {
    const preview = (other: unknown) => ada.visit(`/admin/users/${ids.bob}/merge?preview=1&other=${other}`)
    await preview(ids.bob)
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('That is this login itself')])
    await post(ids.bob, ids.bob, 'this', 'x')
    expect(ada.status).toBe(422)
    await preview('')
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('Choose the other login')])
    await preview(999_999)
    expect(ada.status).toBe(404)
    for (const status of ['disabled', 'merged', 'deleted']) {
      await house.db('users').where({ id: ids.carol }).update({ status })
      await preview(ids.carol)
      expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('Only active logins')])
      await post(ids.bob, ids.carol, 'this', 'x')
      expect([ada.status, (await rowOf(ids.bob)).status]).toEqual([422, 'active'])
    }
  })

  test('without the right there is no link, and nothing is shown or done', async () => {
    await lookAtMerge(ada, ids)
    const fresh = seen()
    const admins = await house.db('admins').select()
    for (const role of ['support', 'read-only']) {
      await house.db('admins').update({ role })
      await ada.visit(`/admin/users/${ids.bob}`)
      expect(ada.$('a[href$="/merge"], a[href$="/delete"]').length).toBe(0)
      await ada.visit(`/admin/users/${ids.bob}/merge`)
      expect(ada.status).toBe(403)
      await post(ids.bob, ids.carol, 'this', fresh)
      expect([ada.status, (await rowOf(ids.carol)).status]).toEqual([403, 'active'])
    }
    await house.db('admins').update({ role: 'full' })
    await post(ids.bob, ids.carol, 'this', fresh)
    expect((await rowOf(ids.carol)).status).toBe('merged')
    expect(await house.db('admins').select('id', 'role', 'status')).toEqual(
      admins.map(({ id, role, status }) => ({ id, role, status })),
    )
  })
})
