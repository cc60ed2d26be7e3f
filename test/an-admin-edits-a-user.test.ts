import { beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { addRole, proof, typedProof } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('an admin edits a user', () => {
  let house: TestHouse
  let ada: Visitor
  let id: number
  let url: string

  beforeEach(async () => {
    house = await startHouse()
    ada = await house.admin()
    id = (await house.db('users').where({ email: 'bob@example.com' }).first('id')).id
    url = `/admin/users/${id}`
  })

  const row = () => house.db('users').where({ id }).first()
  const edits = () => house.db('activity').where({ action: 'user.edited', user_id: id })

  test('name and language: found by search, told to hooks, logged with before and after', async () => {
    await ada.visit(url)
    await ada.press('Save', { 'First name': '', 'Last name': 'Baker' })
    expect([ada.status, ada.told, ada.value('Last name')]).toEqual([422, 'Enter a first name.', 'Baker'])
    await ada.press('Save', { 'First name': 'Rob' })
    expect([ada.path, ada.told, ada.title]).toEqual([url, 'The profile is saved.', 'Rob Baker'])
    expect((await row()).search_text).toBe('rob baker bob@example.com')
    const [entry] = await edits()
    const [before, after] = [
      { first_name: 'Bob', last_name: 'Brown' },
      { first_name: 'Rob', last_name: 'Baker' },
    ]
    expect(JSON.parse(entry.detail)).toMatchObject({ before, after })
    expect([entry.actor_kind, entry.actor_name]).toEqual(['admin', 'Ada Admin'])
    const event = await house.db('hook_events').where({ name: 'UserEdit' }).first()
    expect(JSON.parse(event.payload)).toMatchObject({ before, after })
    await ada.press('Save')
    expect(await edits()).toHaveLength(1)
  })

  test('what the form does not have changes nothing, nor does a merged or deleted login', async () => {
    const form = { first_name: 'Rob', last_name: 'Baker', language: 'english' }
    await ada.post(url, { ...form, email: 'x@example.com', status: 'deleted', factors: '7' })
    const { email, status, factors } = await row()
    expect([email, status, factors]).toEqual(['bob@example.com', 'active', 0])
    await ada.post(url, { ...form, language: 'klingon' })
    expect(ada.status).toBe(422)
    await house.db('users').where({ id }).update({ status: 'merged' })
    await ada.visit(url)
    expect(ada.$('form[action^="/admin/users/"]')).toHaveLength(0)
    for (const [to, body] of [
      [url, { ...form, first_name: 'Nobody' }],
      [`${url}/email`, { ...proof, new_email: 'x@example.com' }],
    ] as const) {
      await ada.post(to, body)
      expect(ada.status).toBe(422)
    }
    expect([(await row()).first_name, (await row()).email]).toEqual(['Rob', 'bob@example.com'])
  })

  test('another address: unverified, sessions and earlier links end, the old address is told', async () => {
    const bob = await house.user('bob')
    const asked = house.visitor()
    await asked.visit('/password/reset')
    await asked.press('Send link', { 'Email address': 'bob@example.com' })
    const former = await house.linkTo('bob@example.com')
    await bob.visit('/user/profile')
    await bob.press('Change address', { 'New email address': 'b@example.org', 'Current password': PASSWORD })
    const pending = await house.linkTo('b@example.org')

    await ada.visit(url)
    for (const [typed, sentence] of [
      ['carol@example.com', 'Another login has this address.'],
      ['BOB@example.com', 'That is the address they have.'],
      ['bob@', ''],
    ] as const) {
      await ada.press('Change address', { 'New email address': typed, ...typedProof })
      expect(ada.status).toBe(422)
      expect(ada.$('#new_email-error').text()).toContain(sentence)
    }
    await ada.press('Change address', { 'New email address': 'Robert@example.com', ...typedProof })
    expect([ada.path, ada.told]).toEqual([url, 'The address of Bob Brown is changed.'])
    expect(await row()).toMatchObject({ email: 'robert@example.com', email_verified_at: null })
    await bob.visit('/user/profile')
    expect(bob.path).toMatch(/^\/login/)
    for (const link of [former, pending]) {
      await asked.visit(link)
      expect(asked.text).toContain('This link does not work any more.')
    }
    const [told] = await house.mailTo('bob@example.com')
    expect([told?.subject, told?.text]).toEqual([
      'We changed the email address of your login',
      expect.stringContaining('robert@example.com'),
    ])
    const [entry] = await edits()
    expect(JSON.parse(entry.detail).after).toEqual({ email: 'robert@example.com' })
    const robert = await house.user('robert@example.com')
    await robert.visit(await house.linkTo('robert@example.com'))
    await robert.press('Verify')
    expect((await row()).email_verified_at).not.toBeNull()
  })

  test('an admin without the right sees no form, and changes nothing', async () => {
    await house.db('admins').update({ role: 'read-only' })
    await ada.visit(url)
    expect([ada.status, ada.$(`form[action^="${url}"]`).length]).toEqual([200, 0])
    await ada.post(url, { first_name: 'Rob', last_name: 'Baker', language: 'english' })
    expect(ada.status).toBe(403)
    await ada.post(`${url}/email`, { ...proof, new_email: 'x@example.com' })
    expect([ada.status, (await row()).email]).toEqual([403, 'bob@example.com'])
  })

  test('sees where the user is logged in and what they did last; all of it is a click away', async () => {
    await ada.visit(url)
    expect(ada.text).toContain('They are not logged in anywhere.')
    const bob = house.visitor()
    await bob.visit('/login')
    await bob.agent
      .post('/login')
      .set({ Origin: house.appUrl, 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' })
      .type('form')
      .send({ email: 'bob@example.com', password: PASSWORD })
    await ada.visit(url)
    expect(ada.$('[aria-labelledby="sessions"]').text()).toContain('Firefox on Linux')
    expect(ada.$('[aria-labelledby="activity"]').text()).toContain('Bob Brown logged in')
    await ada.follow('All activity')
    expect(ada.path).toBe(`/admin/activity?user=${id}`)
    expect(ada.$('#log').text()).toContain('Bob Brown logged in')
    const role = await addRole(house.db, 'few', 'list-users')
    await house.db('admins').update({ role })
    await ada.visit(url)
    expect([ada.status, ada.$('#activity').length, ada.$('#sessions').length]).toEqual([200, 0, 1])
  })
})
