import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'

// Mail scanners and previews follow links before people do (R16).
describe('looking at an invitation changes nothing', () => {
  let house: TestHouse
  let link: string

  beforeAll(async () => {
    house = await startHouse()
    const alice = await house.user('alice')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    link = await house.linkTo('dora@example.com')
  })

  const everything = async () => {
    const tables = ['invitations', 'associations', 'users', 'activity', 'emails', 'hook_events', 'clients']
    const rows = await Promise.all(tables.map((table) => house.db(table).select('*')))
    // The job seals the activity log meanwhile, whoever looks at what.
    return rows.map((some) => some.map(({ seal: _, ...row }) => row))
  }

  test('GET and HEAD of the link, and of every address that takes its forms', async () => {
    const before = await everything()
    const alice = await house.user('carol')
    const afterLogin = await everything()
    expect(afterLogin).not.toEqual(before)
    for (const visitor of [house.visitor(), alice])
      for (const path of [link, `${link}/accept`, `${link}/register`, `${link}/decline`]) {
        await visitor.visit(path)
        expect([visitor.status, visitor.title]).toEqual([200, 'Alice Ames invites you to Acme Hosting'])
        expect((await visitor.agent.head(path)).status).toBe(200)
      }
    expect(await everything()).toEqual(afterLogin)
  })

  test('the page tells all: who invites, to what, what it allows, until when; and as whom one accepts', async () => {
    const stranger = await house.visitor().visit(link)
    expect(stranger.$('.allows li').length).toBe(14)
    expect(stranger.text).toContain('runs out by itself in 7 days')
    expect(stranger.value('First name')).toBe('')
    expect(stranger.$('#email').val(), 'any other address will do as well').toBe('dora@example.com')
    expect(stranger.$('button').text()).not.toContain('Accept')

    const carol = await house.user('carol')
    await carol.visit(link)
    expect(carol.text).toContain('You accept as CC Carol Chen')
    expect(carol.$('[type="password"]').length).toBe(0)
  })

  test('its address is not told to other sites, kept by no cache and found by no search engine', async () => {
    const { headers, $ } = await house.visitor().visit(link)
    expect(headers['referrer-policy']).toBe('strict-origin')
    expect(headers['cache-control']).toBe('no-store')
    expect($('[name="robots"]').attr('content')).toBe('noindex')
    const token = link.replace('/invite/', '')
    expect($('a[href^="http"], img[src^="http"]').length).toBe(0)
    for (const table of ['invitations', 'emails', 'activity', 'hook_events', 'sessions'])
      expect(JSON.stringify(await house.db(table).select('*'))).not.toContain(token)
    expect(house.logged.join('\n')).not.toContain(token.split('-').slice(1).join('-'))
  })

  test('what was tampered with is as dead as what never was', async () => {
    const stranger = house.visitor()
    const [id = '', ...mac] = link.replace('/invite/', '').split('-')
    const answers = new Set<string>()
    for (const token of [
      `${Number(id) + 1}-${mac.join('-')}`,
      `${id}-${'A'.repeat(43)}`,
      `0${id}-${mac.join('-')}x`,
      id,
      '999999999999-x',
      encodeURIComponent(`${id}' OR '1'='1`),
      'x'.repeat(3_000),
    ]) {
      await stranger.visit(`/invite/${token}`)
      answers.add(`${stranger.status} ${stranger.title}`)
      for (const step of ['register', 'decline']) {
        await stranger.post(`/invite/${token}/${step}`, {
          first_name: 'Dora',
          last_name: 'Diaz',
          email: 'dora@example.com',
          password: 'a long sentence of mine',
        })
        answers.add(`${stranger.status} ${stranger.title}`)
      }
    }
    expect([...answers]).toEqual(['404 This invitation does not work any more.'])
    expect((await stranger.visit(link)).status).toBe(200)
  })
})
