import { beforeEach, describe, expect, test } from 'vitest'
import { typedProof } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { associate, idsOf, lookAtMerge } from './support/merging.ts'
import type { Visitor } from './support/visitor.ts'

describe('H15 what the login that went did and was still counts', () => {
  let house: TestHouse
  let ada: Visitor
  let ids: Awaited<ReturnType<typeof idsOf>>

  beforeEach(async () => {
    house = await startHouse()
    ada = await house.admin()
    ids = await idsOf(house)
  })

  const rowOf = (id: number) => house.db('users').where({ id }).first()

  test('R20 invitations that the other sent give what the login that stays may give, and end with its access', async () => {
    await associate(house, ids.bob, ids.labs, 'tickets')
    const carol = await house.user('carol', 'Chen Labs')
    await carol.visit('/account/users')
    await carol.press('Send Invite', { 'Email address': 'dora@example.com' })
    const link = await house.linkTo('dora@example.com')
    await lookAtMerge(ada, ids)
    await ada.press('Merge the logins', typedProof)
    const dora = house.visitor()
    await dora.visit(link)
    expect([dora.status, dora.title]).toEqual([200, expect.stringContaining('Chen Labs')])
    await ada.visit(`/admin/clients/${ids.labs}/users/associate`)
    await ada.post(`/admin/clients/${ids.labs}/users/associate`, {
      user_id: String(ids.alice),
      send_invite: 'no',
      check_all: '1',
    })
    await ada.post(`/admin/clients/${ids.labs}/users/${ids.alice}`, { make_owner: '1' })
    await ada.post(`/admin/clients/${ids.labs}/users/${ids.bob}/remove`)
    await dora.visit(link)
    expect(dora.status).toBe(404)
    expect(await house.db('invitations').first()).toMatchObject({
      status: 'cancelled',
      invited_by_user_id: ids.carol,
    })
  })

  test('whoever follows the link that the other accepted is led in', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'carol@example.com' })
    const link = await house.linkTo('carol@example.com')
    const carol = await house.user('carol')
    await carol.visit(link)
    await carol.press('Accept')
    await lookAtMerge(ada, ids)
    await ada.press('Merge the logins', typedProof)
    const bob = await house.user('bob')
    await bob.visit(link)
    expect([bob.status, bob.text]).toEqual([200, expect.stringContaining('Acme Hosting')])
  })

  test('either address counts as somebody who has access already', async () => {
    await lookAtMerge(ada, ids)
    await ada.press('Merge the logins', typedProof)
    const bob = await house.user('bob', 'Brown Bakery')
    await bob.visit('/account/users')
    await bob.press('Send Invite', { 'Email address': 'carol@example.com' })
    expect([bob.status, await house.db('invitations')]).toEqual([422, []])
  })

  test('who registers with the address that went is told which one logs in today', async () => {
    await lookAtMerge(ada, ids)
    await ada.press('Merge the logins', typedProof)
    const ask = async (email: string) => {
      const names = { first_name: 'Carol', last_name: 'Chen', password: 'a long sentence of mine' }
      await house.visitor().post('/register', { ...names, email })
      return (await house.mailTo(email)).find(({ subject }) => subject === 'You have a login already')?.text
    }
    expect(await ask('carol@example.com')).toContain('merged into your login bob@example.com')
    expect(await ask('bob@example.com')).not.toContain('merged')
  })

  test('where only the invited address may accept, one that was merged into theirs counts', async () => {
    await ada.visit('/admin/settings')
    await ada.press('Save', { 'Only the invited address, verified': true })
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    for (const name of ['carol', 'eve'])
      await alice.post('/account/users/invite', { email: `${name}@example.com` })
    const links = [await house.linkTo('eve@example.com'), await house.linkTo('carol@example.com')]
    await house.db('associations').where({ user_id: ids.bob, client_id: ids.acme }).delete()
    await lookAtMerge(ada, ids)
    await ada.press('Merge the logins', typedProof)
    const bob = await house.user('bob')
    const answers = []
    for (const link of links) answers.push((await bob.post(`${link}/accept`)).status)
    expect(answers).toEqual([422, 200])
  })

  test('A into B, then B into C: all lead to C', async () => {
    await lookAtMerge(ada, ids)
    await ada.press('Merge the logins', typedProof)
    await lookAtMerge(ada, ids, { here: 'alice', other: 'bob' })
    expect(ada.text).toContain('bob@example.com, carol@example.com')
    await ada.press('Merge the logins', typedProof)
    const into = { status: 'merged', merged_into_id: ids.alice }
    expect([await rowOf(ids.bob), await rowOf(ids.carol)]).toEqual([
      expect.objectContaining(into),
      expect.objectContaining(into),
    ])
    expect(await house.db('clients').distinct().pluck('owner_id')).toEqual([ids.alice])
    await ada.visit(`/admin/activity?user=${ids.alice}`)
    expect(ada.text).toContain('merged the login carol@example.com into bob@example.com')
  })
})
