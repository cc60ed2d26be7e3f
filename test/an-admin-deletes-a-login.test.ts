import { beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { examine } from '../src/domain/doctor.ts'
import { addRole, proof, typedProof } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const DORA = 'dora@example.com'

describe('an admin deletes a login', () => {
  let house: TestHouse
  let ada: Visitor
  let id: number

  beforeEach(async () => {
    house = await startHouse()
    ada = await house.admin()
    const { id: _, ...alice } = await house.db('users').where({ email: 'alice@example.com' }).first()
    const dora = { ...alice, email: DORA, first_name: 'Dora', last_name: 'Diaz', search_text: 'dora diaz' }
    await house.db('users').insert(dora)
    id = (await house.db('users').where({ email: DORA }).first('id')).id
  })

  const row = () => house.db('users').where({ id }).first()
  const remove = async () => {
    await ada.visit(`/admin/users/${id}`)
    await ada.follow('Delete')
    await ada.press('Delete', typedProof)
  }

  test('what is personal is gone, the history stays, and the address is free', async () => {
    const dora = await house.user('dora')
    await dora.visit('/user/profile')
    await dora.press('Save', { 'First name': 'Dorothea' })
    await house.visitor().post('/password/reset', { email: DORA })
    const link = await house.linkTo(DORA)
    const history = await house.db('activity').where({ user_id: id }).orderBy('id')
    await ada.visit(`/admin/users/${id}/delete`)
    expect(ada.text).toContain(
      'The activity log and the list of emails keep the name and address of the time',
    )
    expect((await row()).status).toBe('active')
    await remove()
    expect([ada.path, ada.told]).toEqual(['/admin/users', expect.stringContaining(`${DORA} is deleted`)])
    expect(await row()).toMatchObject({
      status: 'deleted',
      email: `deleted-${id}`,
      first_name: `deleted user ${id}`,
      last_name: '',
      password_hash: null,
      last_login_ip: null,
      factors: 0,
    })
    const after = await house.db('activity').where({ user_id: id }).orderBy('id')
    expect(after.slice(0, history.length)).toEqual(history)
    expect(after.slice(history.length)).toMatchObject([{ action: 'user.deleted' }])
    const named = { person_kind: 'user', person_id: id }
    for (const table of ['totp_factors', 'passkeys', 'recovery_codes', 'known_devices', 'second_steps'])
      expect(await house.db(table).where(named), table).toEqual([])
    for (const table of ['sessions', 'email_verifications', 'email_changes'])
      expect(await house.db(table).where({ user_id: id }), table).toEqual([])
    expect(await house.db('password_resets').where({ email: DORA })).toEqual([])

    await dora.visit('/user/accounts')
    expect(dora.path.split('?')[0]).toBe('/login')
    await dora.visit(link)
    expect(dora.status).toBe(404)
    for (const email of [DORA, `deleted-${id}`]) {
      await dora.visit('/login')
      await dora.press('Log in', { 'Email address': email, Password: PASSWORD })
      expect(dora.status).toBe(422)
    }
    const names = { 'First name': 'Dora', 'Last name': 'Anew', Password: 'a long sentence of mine' }
    await dora.visit('/register')
    await dora.press('Create account', { ...names, 'Email address': DORA })
    await dora.visit(await house.linkTo(DORA))
    await dora.press('Create account')
    expect(await house.db('users').where({ email: DORA }).first()).toMatchObject({ status: 'active' })
    for await (const one of examine(house.db, { pauseMs: 1 })) expect(one).toBeUndefined()
  })

  test('mail that waits for it is not sent', async () => {
    await house.delivery.stop()
    await ada.post(`/admin/users/${id}/send-reset`)
    await house.db('users').where({ id }).update({ factors: 1 })
    await ada.post(`/admin/users/${id}/remove-factor`, proof)
    await remove()
    expect(await house.db('emails').where({ user_id: id }).pluck('status')).toEqual(['superseded'])
  })

  test('whoever has access to a client, or owns one, is not deleted', async () => {
    const bob = await house.db('users').where({ email: 'bob@example.com' }).first()
    await ada.visit(`/admin/users/${bob.id}`)
    expect(ada.$('a[href$="/delete"]').length).toBe(0)
    expect(ada.text).toContain('can be deleted once it has no access any more')
    await ada.visit(`/admin/users/${bob.id}/delete`)
    expect([ada.status, ada.told]).toEqual([200, expect.stringContaining('still has access to a client')])
    expect(ada.$('form[action$="/delete"]').length).toBe(0)
    await ada.post(`/admin/users/${bob.id}/delete`, proof)
    expect(ada.status).toBe(422)
    expect(await house.db('users').where({ id: bob.id }).first()).toEqual(bob)
    expect(await house.db('activity').where({ action: 'user.deleted' })).toEqual([])
  })

  test('a second click, and a login that was merged: refused, nothing happens twice', async () => {
    await remove()
    await ada.post(`/admin/users/${id}/delete`, proof)
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('no longer possible')])
    expect(await house.db('activity').where({ action: 'user.deleted' })).toHaveLength(1)
    for (const step of ['enable', 'disable', 'end-sessions', 'send-reset']) {
      await ada.post(`/admin/users/${id}/${step}`)
      expect([ada.status, (await row()).status], step).toEqual([422, 'deleted'])
    }
  })

  test('a disabled login can be deleted, and those merged into one are forgotten with it', async () => {
    const { id: _, ...dora } = await row()
    const other = { ...dora, email: 'dora@example.org', status: 'merged', merged_into_id: id }
    await house.db('users').insert(other)
    await house.db('users').where({ id }).update({ status: 'disabled' })
    await remove()
    const rows = await house.db('users').whereIn('email', [DORA, 'dora@example.org'])
    expect(rows).toEqual([])
    expect(await house.db('users').where({ merged_into_id: id }).first()).toMatchObject({ status: 'merged' })
  })

  test('nothing gives it access any more: an invitation followed, an admin, a client of its own', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': DORA })
    const acme = await house.clientNamed('Acme Hosting')
    await remove()
    await ada.post(`/admin/clients/${acme.id}/users/associate`, {
      user_id: String(id),
      send_invite: 'no',
      check_all: '1',
      confirmed: '1',
    })
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('no longer possible')])
    expect(await house.db('associations').where({ user_id: id })).toEqual([])
    // The invitation went to an address, not to a login.
    const guest = house.visitor()
    await guest.visit(await house.linkTo(DORA))
    expect(guest.status).toBe(200)
  })

  test('lists hide deleted and merged logins, but for whoever asks for them', async () => {
    await remove()
    await ada.visit('/admin/users')
    expect(ada.text).not.toContain(`deleted user ${id}`)
    await ada.visit('/admin/users?filter=deleted')
    expect(ada.text).toContain(`deleted user ${id}`)
    await ada.visit('/admin/users?filter=merged')
    expect(ada.text).toContain('No user found')
    await ada.visit(`/admin/users/${id}`)
    expect([ada.status, ada.title, ada.$('.actions a').text()]).toEqual([
      200,
      `deleted user ${id}`,
      'Download data',
    ])
  })

  test('without the right there is no link, and nothing is done', async () => {
    for (const role of ['support', 'read-only']) {
      await house.db('admins').update({ role })
      await ada.visit(`/admin/users/${id}`)
      expect(ada.$('a[href$="/delete"]').length).toBe(0)
      await ada.visit(`/admin/users/${id}/delete`)
      expect(ada.status).toBe(403)
      await ada.post(`/admin/users/${id}/delete`, proof)
      expect([ada.status, (await row()).status]).toEqual([403, 'active'])
    }
  })
  test('a role with that right alone ends on a page that it may see', async () => {
    await house.db('admins').update({ role: await addRole(house.db, 'Deleters', 'delete-users') })
    await ada.post(`/admin/users/${id}/delete`, proof)
    expect([ada.status, ada.path, (await row()).status]).toEqual([200, '/admin', 'deleted'])
  })
})
