import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import { startSmtp, unquoted } from './support/smtp.ts'
import type { Visitor } from './support/visitor.ts'

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const picture = { name: 'logo.png', bytes: Buffer.from(PNG, 'base64') }

describe('Settings: who the host is', () => {
  let house: TestHouse
  let smtp: Awaited<ReturnType<typeof startSmtp>>
  let ada: Visitor

  beforeAll(async () => {
    smtp = await startSmtp()
    house = await startHouse({ environment: { SMTP_URL: smtp.url }, limited: true })
    ada = await house.admin()
  })

  const deliver = async () => {
    house.delivery.wake()
    await house.delivery.settled()
  }

  const save = async (fields = {}) => {
    await ada.visit('/admin')
    await ada.follow('Settings')
    await ada.press('Save', fields)
  }

  test('what cannot be right is refused beside its field, and nothing is saved', async () => {
    await save({ Name: '', 'Support address': 'help@', 'Address of the terms': 'javascript:alert(1)' })
    expect(ada.status).toBe(422)
    const errors = ada.$('.field-error').map((_, one) => ada.$(one).text())
    expect(errors.get()).toEqual([
      'Enter a name.',
      'That email address is not complete: something like name@example.com.',
      'An address starts with https://',
    ])
    expect(ada.value('Support address')).toBe('help@')
    for (const bytes of [
      Buffer.from('<svg onload="alert(1)"/>'),
      Buffer.from('MZ'),
      Buffer.alloc(60_001, 255),
    ]) {
      await save({ Logo: { name: 'logo.png', bytes } })
      expect([ada.status, ada.told]).toEqual([
        422,
        'The logo must be a PNG or JPEG picture of at most 60 KB.',
      ])
    }
    await save({ Logo: { name: 'logo.png', bytes: Buffer.alloc(110_000, 1) } })
    expect([ada.status, ada.title]).toEqual([413, 'That is too much'])
    expect(await house.db('settings').whereNot({ key: 'sample_data' })).toEqual([])
  })

  test('name, logo, support address and terms are saved and shown again', async () => {
    await save({
      Name: 'Bright <Hosting>',
      'Support address': 'help@bright.example',
      'Address of the terms': 'https://bright.example/terms',
      Logo: picture,
    })
    expect(ada.told).toBe('The settings are saved.')
    expect(ada.value('Name')).toBe('Bright <Hosting>')
    expect(ada.value('Address of the terms')).toBe('https://bright.example/terms')
    const changed = await house.db('activity').where({ action: 'setting.changed' })
    const logo = changed.map(({ detail }) => JSON.parse(detail)).find(({ key }) => key === 'logo')
    expect(logo, 'the log holds no picture').toEqual({ key: 'logo', before: false, after: true })
  })

  test('every page shows them, in both areas and to strangers', async () => {
    const stranger = house.visitor()
    const alice = await house.user('alice')
    for (const [visitor, path] of [
      [stranger, '/login'],
      [stranger, '/register'],
      [stranger, '/nowhere'],
      [alice, '/clientarea'],
      [ada, '/admin/clients'],
    ] as const) {
      await visitor.visit(path)
      const { $ } = visitor
      expect($('.brand strong').text(), path).toBe('Bright <Hosting>')
      expect($('.brand img').attr('src'), path).toBe(`data:image/png;base64,${PNG}`)
      expect($('footer a[href="mailto:help@bright.example"]').text(), path).toBe('Support')
      expect($('footer a[href="https://bright.example/terms"]').text(), path).toBe('Terms')
      expect($('title').text(), path).toContain('Bright <Hosting>')
    }
  })

  test('the e-mail and the accept page show them; the logo is a part of the message', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    await deliver()
    const message = smtp.received.find(({ to }) => to.includes('dora@example.com'))
    const source = unquoted(message?.source ?? '')
    expect(source).toContain('Subject: Alice Ames invited you to Acme Hosting')
    expect(source).toContain('src="cid:logo"')
    expect(source).toContain('Content-ID: <logo>')
    expect(source.replace(/\s/g, ''), 'the picture itself').toContain(PNG.replace(/=+$/, ''))
    expect(source).toContain('Bright &lt;Hosting&gt;')
    expect(source).toContain('Questions? Write to help@bright.example.')
    expect(source).toContain('Terms: https://bright.example/terms')
    expect(source, 'nothing is fetched').not.toMatch(/src="http/)

    const link = source.match(/http:\S+\/invite\/\S+/)?.[0].slice(house.appUrl.length) ?? ''
    const dora = house.visitor()
    await dora.visit(link)
    expect(dora.$('.brand strong').text()).toBe('Bright <Hosting>')
    expect(dora.$('.welcome a[href="https://bright.example/terms"]').text()).toBe(
      'By accepting you agree to the terms of Bright <Hosting>.',
    )
  })

  test('saving again without a file keeps the logo; it can be removed', async () => {
    await save({ Name: 'Bright' })
    expect(ada.$('.brand img').length).toBe(1)
    await save({ 'Remove the logo': true })
    expect(ada.$('.brand img').length).toBe(0)
  })

  test('“Only the invited address, verified” is held when accepting, and the link stays good', async () => {
    await save({ 'Only the invited address, verified': true })
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'carol@example.com' })
    await deliver()
    const message = smtp.received.filter(({ to }) => to.includes('carol@example.com')).at(-1)
    const link =
      unquoted(message?.source ?? '')
        .match(/http:\S+\/invite\/\S+/)?.[0]
        .slice(house.appUrl.length) ?? ''

    const eve = house.visitor()
    await eve.visit(link)
    expect(eve.text).toContain('only with the login of carol@example.com')
    const login = { first_name: 'Eve', last_name: 'E', password: 'a long sentence of mine' }
    await eve.post(`${link}/register`, { ...login, email: 'eve@example.com' })
    expect(eve.status).toBe(422)
    expect(eve.told).toContain('This invitation can be accepted only with the login of carol@example.com')
    expect(await house.db('users').where({ email: 'eve@example.com' }), 'no login is left behind').toEqual([])

    const carol = await house.user('carol')
    await carol.visit(link)
    await carol.press('Accept')
    expect(carol.title).toBe('Acme Hosting')
  })

  test('an answer that no page offers is refused', async () => {
    await ada.visit('/admin/settings')
    await ada.post('/admin/settings', { name: 'B', acceptBy: 'nobody' })
    expect([ada.status, ada.told]).toEqual([422, 'This needs another look Choose one of the two.'])
  })
})
