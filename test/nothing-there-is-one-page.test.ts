import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('an id that is not there, or not yours, is one and the same page', () => {
  let house: TestHouse
  let acme: number
  let invitation: number

  beforeAll(async () => {
    house = await startHouse()
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    acme = (await house.clientNamed('Acme Hosting')).id
    invitation = (await house.db('invitations').first()).id
  })

  async function expectOnePage(visitor: Visitor, paths: string[], methods = ['get', 'post']) {
    const pages = new Set<string>()
    for (const path of paths)
      for (const method of methods) {
        if (method === 'get') await visitor.visit(path)
        else await visitor.post(path, { permissions: 'tickets' })
        expect([visitor.status, visitor.title], `${method} ${path}`).toEqual([404, 'Not found'])
        pages.add(visitor.html.replaceAll(' aria-current="page"', ''))
      }
    expect(pages.size).toBe(1)
  }

  test('in the Admin Area: clients, users and invitations that are not there', async () => {
    const ids = ['0', '999999', '-1', '1.5', '1e1', 'x', '99999999999999999999', "1'--", '%00', '1%2F..']
    const ada = await house.admin()
    const steps = [
      '',
      '/profile',
      '/users',
      '/users/associate',
      '/close',
      '/reopen',
      '/users/1',
      '/users/1/remove',
    ]
    await expectOnePage(
      ada,
      ids.flatMap((id) => steps.map((step) => `/admin/clients/${id}${step}`)),
      ['get'],
    )
    await expectOnePage(ada, [
      ...steps.filter((step) => step !== '').map((step) => `/admin/clients/999999${step}`),
      ...ids.map((id) => `/admin/clients/${acme}/users/${id}`),
      ...ids.map((id) => `/admin/clients/${acme}/users/${id}/remove`),
      ...ids.flatMap((id) =>
        ['resend', 'cancel'].map((step) => `/admin/clients/${acme}/invites/${id}/${step}`),
      ),
      `/admin/clients/999999/invites/${invitation}/resend`,
      `/admin/clients/999999/invites/${invitation}/cancel`,
      '/admin/nowhere',
    ])
  })

  test('in the Client Area: what is Alice’s is not there for Carol, who owns an account, too', async () => {
    const carol = await house.user('carol')
    const bob = (await house.db('users').where({ email: 'bob@example.com' }).first()).id
    await expectOnePage(carol, [
      `/account/users/${bob}/permissions`,
      `/account/users/${bob}/remove`,
      '/account/users/999999/permissions',
      '/account/users/x/remove',
      `/account/invites/${invitation}/resend`,
      `/account/invites/${invitation}/cancel`,
      '/account/invites/999999/cancel',
      '/nowhere',
    ])
    await carol.post('/user/accounts', { client_id: acme })
    expect([carol.status, carol.title]).toEqual([404, 'Not found'])
    expect((await house.db('invitations').first()).status).toBe('pending')
  })
})
