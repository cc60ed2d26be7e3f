import { beforeAll, describe, expect, test } from 'vitest'
import { forgetSettings } from '../src/domain/settings.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const OFF = 'Managing users is switched off here. Ask us if somebody should get access, or lose it.'

describe('the host leaves users to admins alone', () => {
  let house: TestHouse
  let ada: Visitor
  let alice: Visitor
  let bob: Visitor
  let carol: Visitor
  let link: string
  let ids: { dora: number; request: number; acme: number }
  let open: Visitor

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    alice = await house.user('alice', 'Acme Hosting')
    const { id: acme } = await house.clientNamed('Acme Hosting')
    await house
      .db('associations')
      .where({ client_id: acme, user_id: 2 })
      .update({ permissions: 'tickets,users' })
    bob = await house.user('bob', 'Acme Hosting')
    carol = await house.user('carol')
    await carol.post('/user/accounts/request', { email: 'alice@example.com', word: 'Me' })
    await alice.post('/account/users/invite', { email: 'dora@example.com' })
    link = await house.linkTo('dora@example.com')
    const [{ id: dora }, { id: request }] = [
      await house.db('invitations').first('id'),
      await house.db('access_requests').first('id'),
    ]
    ids = { dora, request, acme }
    open = await alice.newTab().visit('/account/users')
  })

  const choose = async (label: string) => {
    await ada.visit('/admin/settings')
    const choice = ada.$(`label:contains("${label}")`).attr('for')
    const form = Object.fromEntries(
      ['name', 'supportEmail', 'termsUrl', 'activityKeepDays'].map((name) => [
        name,
        ada.$(`[name=${name}]`).attr('value') ?? '',
      ]),
    )
    const manageUsers = ada.$(`#${choice}`).attr('value')
    return ada.post('/admin/settings', { ...form, acceptBy: 'any', manageUsers })
  }
  const state = async () => [
    await house.db('associations').select('client_id', 'user_id', 'permissions', 'suspended_at'),
    await house.db('invitations').select(),
    await house.db('presets').select(),
    await house.db('access_requests').select(),
  ]

  test('an admin switches it off, which is written down; a form without the choice leaves it as it is', async () => {
    await ada.visit('/admin/settings')
    expect(ada.$('#manage-users-on').attr('checked')).toBeDefined()
    await choose('Admins alone')
    expect(ada.told).toBe('The settings are saved.')
    const entry = await house
      .db('activity')
      .where({ action: 'setting.changed' })
      .orderBy('id', 'desc')
      .first()
    expect(JSON.parse(entry.detail)).toMatchObject({ key: 'manageUsers', before: 'on', after: 'off' })
    await ada.post('/admin/settings', { name: 'Latchkey', acceptBy: 'any', manageUsers: 'perhaps' })
    expect(ada.status).toBe(422)
    await ada.post('/admin/settings', { name: 'Latchkey', acceptBy: 'any' })
    expect((await house.db('settings').where({ key: 'manageUsers' }).first()).value).toBe('off')
  })

  test('no page and no form of it works, for the owner as for a delegate, also one that was open', async () => {
    const before = await state()
    await open.press('Send Invite', { 'Email address': 'erik@example.com' })
    expect([open.status, open.text.includes(OFF)]).toEqual([403, true])
    const users = ['permissions', 'remove', 'suspend', 'resume'].map((step) => `/account/users/2/${step}`)
    const invites = ['resend', 'cancel', 'link'].map((step) => `/account/invites/${ids.dora}/${step}`)
    const others = ['/account/users/invite', '/account/users/require-factor', '/account/presets']
    const ignore = `/account/users/requests/${ids.request}/ignore`
    for (const visitor of [alice, bob])
      for (const path of [...users, ...invites, ...others, ignore, '/user/access-review/remove']) {
        await visitor.visit(path)
        expect([path, visitor.status, visitor.text.includes(OFF)]).toEqual([path, 403, true])
        await visitor.post(path, {
          permissions: 'tickets',
          email: 'erik@example.com',
          name: 'Mine',
          who: '1-2',
        })
        expect([path, visitor.status, visitor.text.includes(OFF)]).toEqual([path, 403, true])
      }
    expect(await state()).toEqual(before)
  })

  test('it is offered nowhere, and nobody requests access', async () => {
    for (const visitor of [alice, bob]) {
      await visitor.visit('/clientarea')
      await expect(visitor.follow('User Management')).rejects.toThrow('No link')
    }
    await alice.visit('/user/access-review')
    expect([alice.status, alice.$('[name=who]').length]).toEqual([200, 0])
    const before = await state()
    await carol.visit('/user/accounts')
    await expect(carol.follow('Request access')).rejects.toThrow('No link')
    for (const email of ['alice@example.com', 'nobody@example.com']) {
      await carol.post('/user/accounts/request', { email, word: 'Me' })
      expect([carol.status, carol.text.includes(OFF)]).toEqual([403, true])
    }
    await carol.visit('/invite/1-nothing')
    expect([carol.status, carol.text.includes('Request access')]).toEqual([404, false])
    expect(await state()).toEqual(before)
  })

  test('a request that waits is mailed to nobody', async () => {
    await house.delivery.settled()
    const mails = () => house.db('emails').where({ template: 'access-request' })
    await mails().update({ status: 'waiting', attempts: 0, sent_at: null })
    const before = (await house.mailTo('alice@example.com')).length
    expect((await mails()).map(({ status }) => status)).toEqual(['superseded'])
    expect((await house.mailTo('alice@example.com')).length).toBe(before)
  })

  test('what was sent stays valid, leaving and handing over stay possible, admins manage', async () => {
    await carol.visit(link)
    await carol.press('Accept')
    expect(carol.told).toContain('Acme Hosting')
    const mail = (await house.mailTo('alice@example.com')).find(({ subject }) => subject.includes('Carol'))
    expect(mail?.text).toContain('If that is not right, ask us to remove the access.')
    expect((await alice.visit('/account/ownership')).status).toBe(200)
    await carol.post(`/user/accounts/${ids.acme}/leave`)
    await carol.visit('/user/accounts')
    expect(carol.text).not.toContain('Acme Hosting')
    await ada.post(`/admin/clients/${ids.acme}/users/2`, { permissions: 'invoices' })
    const row = await house.db('associations').where({ client_id: ids.acme, user_id: 2 }).first()
    expect(row.permissions).toBe('invoices')
  })

  test('on again, it holds for the next click, also where another process had switched it', async () => {
    await house.db('settings').where({ key: 'manageUsers' }).update({ value: 'on' })
    expect((await alice.visit('/account/users')).status, 'asked afresh (R8)').toBe(200)
    forgetSettings()
    await alice.visit('/clientarea')
    await alice.follow('User Management')
    expect(alice.text).toContain('Invite New User')
    await house.db('settings').where({ key: 'manageUsers' }).update({ value: 'off' })
    await alice.press('Send Invite', { 'Email address': 'erik@example.com' })
    expect([alice.status, alice.text.includes(OFF)]).toEqual([403, true])
  })
})
