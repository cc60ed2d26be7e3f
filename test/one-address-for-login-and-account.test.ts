import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import { actAs } from './support/acting.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const BUTTON = 'Change the account, too'
const URL = '/user/email/accounts'

describe('one address for a login and its accounts: changing one offers to change the other', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
  })

  const acme = () => house.clientNamed('Acme Hosting')
  const consulting = () => house.clientNamed('Ames Consulting')
  const setEmail = async (name: string, email: string) =>
    house.db('clients').where({ company_name: name }).update({ email })
  const move = async (who: Visitor, email: string) => {
    await who.visit('/user/profile')
    await who.press('Change address', { 'New email address': email, 'Current password': PASSWORD })
    await who.visit(await house.linkTo(email))
    await who.press('Confirm')
  }
  const edits = () => house.db('activity').where({ action: 'client.edited' }).orderBy('id')

  test('a confirmed address of the login: each owned account that has the old one is offered, nothing happens by itself', async () => {
    await alice.visit('/user/profile')
    expect(alice.text).not.toContain(BUTTON)
    await alice.post(URL, { client_id: String((await acme()).id) })
    expect(alice.status, 'nothing was offered').toBe(404)
    await setEmail('Ames Consulting', 'office@ames.example')
    await alice.post('/user/accounts/new', { company_name: 'Ames Closed' })
    await house.db('clients').where({ company_name: 'Ames Closed' }).update({ status: 'closed' })
    alice = await house.user('alice', 'Acme Hosting')
    await move(alice, 'alice@example.net')
    expect(alice.path).toBe('/user/profile')
    expect(alice.text).toContain('These accounts of yours still have alice@example.com.')
    expect(alice.$('button').filter((_, one) => alice.$(one).text() === BUTTON)).toHaveLength(1)
    expect([(await acme()).email, await edits()]).toEqual(['alice@example.com', []])

    const tabs = [alice.newTab(), alice.newTab(), alice.newTab()]
    const body = { client_id: String((await acme()).id) }
    await Promise.all(tabs.map((tab) => tab.post(URL, body)))
    expect(tabs.map(({ status }) => status).sort()).toEqual([200, 422, 422])
    const told = tabs.map(({ told }) => told)
    expect(told).toContain('Acme Hosting now has the address alice@example.net.')
    expect((await acme()).email).toBe('alice@example.net')
    expect((await acme()).search_text).toContain('alice@example.net')
    const [edit, ...more] = await edits()
    const [before, after] = [{ email: 'alice@example.com' }, { email: 'alice@example.net' }]
    expect([JSON.parse(edit.detail), more]).toEqual([{ before, after }, []])
    expect((await alice.visit('/user/profile')).text, 'done').not.toContain(BUTTON)
    expect((await consulting()).email).toBe('office@ames.example')
  })

  test('not for others’ accounts, not while an admin acts, not once it is no longer fresh', async () => {
    const bob = await house.user('bob')
    await bob.post(URL, { client_id: String((await acme()).id) })
    expect(bob.status).toBe(404)
    await setEmail('Acme Hosting', 'bob@example.com')
    await move(bob, 'bob@example.net')
    const shown = bob.$('[name="client_id"]').map((_, one) => bob.$(one).val())
    expect(shown.get()).toEqual([String((await house.clientNamed('Brown Bakery')).id)])
    for (const id of [(await acme()).id, 0, 'x']) {
      await bob.post(URL, { client_id: String(id) })
      expect([id, bob.status]).toEqual([id, 404])
    }
    await house.db('users').where({ email: 'bob@example.net' }).update({ email: 'bob@example.com' })
    expect((await bob.visit('/user/profile')).text, 'another address by now').not.toContain(BUTTON)
    await house.db('users').where({ email: 'bob@example.com' }).update({ email: 'bob@example.net' })

    const { id } = await house.db('users').where({ email: 'bob@example.net' }).first()
    await house.db('users').where({ id }).update({ email: 'bob@example.com' })
    const ada = await house.admin()
    await actAs(house, ada, 'bob')
    await house.db('users').where({ id }).update({ email: 'bob@example.net' })
    const bakery = await house.clientNamed('Brown Bakery')
    await ada.visit('/user/profile')
    expect(ada.text).not.toContain(BUTTON)
    await ada.post(URL, { client_id: String(bakery.id) })
    expect([ada.status, (await house.clientNamed('Brown Bakery')).email]).toEqual([403, 'bob@example.com'])

    await house.db('clients').where({ id: bakery.id }).update({ require_factor: 1 })
    expect((await bob.visit('/user/profile')).text, 'two-factor is required there').not.toContain(BUTTON)
    await bob.post(URL, { client_id: String(bakery.id) })
    expect(bob.status).toBe(422)
    await house.db('clients').where({ id: bakery.id }).update({ require_factor: 0 })
    expect((await bob.visit('/user/profile')).text).toContain(BUTTON)
    moveClock(72 * 60 + 1)
    const later = await house.user('bob@example.net')
    expect((await later.visit('/user/profile')).text).not.toContain(BUTTON)
    moveClock(-72 * 60 - 1)
  })

  test('the account’s address changed by its owner: a link leads to the login’s, which goes the usual way', async () => {
    const carol = await house.user('carol')
    const edit = async (who: Visitor, email: string) => {
      await who.visit('/account/details')
      await who.press('Save', { 'Email address': email })
      expect(who.told).toBe('The details are saved.')
    }
    await carol.visit('/account/details')
    await carol.press('Save', { City: 'Bern' })
    expect(carol.text, 'the address is the same').not.toContain('Change the address of my login')
    await edit(carol, 'carol@chen.example')
    expect(carol.text).toContain('You still log in with carol@example.com.')
    await carol.follow('Change the address of my login')
    expect(carol.value('New email address')).toBe('carol@chen.example')
    expect((await house.db('users').where({ email: 'carol@chen.example' })).length, 'nothing by itself').toBe(
      0,
    )
    await carol.press('Change address', { 'Current password': PASSWORD })
    await carol.visit(await house.linkTo('carol@chen.example'))
    await carol.press('Confirm')
    expect(carol.text).not.toContain(BUTTON)
    expect((await house.db('users').where({ email: 'carol@chen.example' })).length).toBe(1)
    await carol.visit('/account/details?address=changed')
    expect(carol.text, 'they are the same again').not.toContain('Change the address of my login')
    await edit(carol, 'other@chen.example')
    await carol.follow('Change the address of my login')
    await edit(carol, 'third@chen.example')
    expect(carol.text, 'it was another one before').not.toContain('Change the address of my login')
  })

  test('not for who is no owner, nor while an admin acts', async () => {
    const bob = await house.user('bob@example.net', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.follow('Manage Permissions: Bob Brown')
    await alice.press('Save', { 'Modify Master Account Profile': true })
    await setEmail('Acme Hosting', 'bob@example.net')
    await bob.visit('/account/details')
    await bob.press('Save', { 'Email address': 'acme@example.net' })
    expect(bob.told).toBe('The details are saved.')
    await bob.visit('/account/details?address=changed')
    expect(bob.text).not.toContain('Change the address of my login')
    await bob.visit('/user/profile?address=account')
    expect(bob.value('New email address')).toBe('')
    const ada = await house.admin()
    const { id } = await house.db('users').where({ email: 'carol@chen.example' }).first()
    await ada.visit(`/admin/users/${id}/act-as`)
    await ada.press('Log in as this user')
    await ada.visit('/account/details?address=changed')
    expect([ada.status, ada.title]).toEqual([200, 'Account Details'])
    expect(ada.text).not.toContain('Change the address of my login')
  })
})
