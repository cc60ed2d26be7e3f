import { beforeAll, describe, expect, test } from 'vitest'
import { adminNamed, loggedInAdmin, proof, typedProof } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const LONG = 'a long sentence of mine'
/** Each form takes a password, and hashing it takes its time. */
const A_WHILE = 60_000
const MORE = 'This holds more rights than you do, so you cannot change or give it.'

describe('admins look after admins and roles, and nobody gets more than they hold', () => {
  let house: TestHouse
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
  })

  const row = (name: string) => adminNamed(house.db, name)
  const make = (name: string, role: string) => loggedInAdmin(house, name, role)
  const makeRole = async (name: string, ...rights: string[]) => {
    await ada.post('/admin/roles/new', { ...proof, name, rights })
    expect(ada.told).toBe(`The role ${name} is saved.`)
    const { id } = await house.db('roles').where({ name }).first()
    return { role: `own:${id}`, page: `/admin/roles/${id}` }
  }

  test('a new admin gets a link, sets the password by it once, and may what the role allows', async () => {
    await ada.visit('/admin/admins')
    await ada.follow('New admin')
    const sam = { Name: 'Sam Support', 'Email address': 'Sam@latchkey.test', Support: true, ...typedProof }
    await ada.press('Add admin', sam)
    expect([ada.path, ada.told]).toEqual(['/admin/admins', 'The link is on its way to Sam@latchkey.test.'])
    const first = await house.linkTo('sam@latchkey.test')
    await ada.follow('Sam Support')
    await ada.follow('Send link again')
    await ada.press('Send link again', typedProof)
    expect(ada.told).toBe('The link is on its way to Sam Support.')
    const link = await house.linkTo('sam@latchkey.test')
    const visitor = house.visitor()
    await visitor.visit(first)
    expect(visitor.text).toContain('This link does not work any more.')
    await visitor.visit(link)
    await visitor.press('Set password', { 'New password': 'short' })
    expect(visitor.told).toBe('A password has at least 10 characters.')
    await visitor.press('Set password', { 'New password': LONG })
    expect([visitor.path, visitor.told]).toEqual([
      '/admin/login',
      'Your new password is set. Log in with it.',
    ])
    expect((await house.visitor().visit(link)).text).toContain('This link does not work any more.')
    const [told] = await house.mailTo('sam@latchkey.test')
    expect(told?.subject).toBe('Your admin password was changed')

    const logged = await house.admin('sam', LONG)
    expect(logged.path).toBe('/admin')
    expect((await logged.visit('/admin/admins')).status).toBe(403)
    expect(logged.text).toContain('This needs the right “Admins and roles”, which you do not have.')
    await ada.visit('/admin/admins/new')
    await ada.press('Add admin', sam)
    expect([ada.status, ada.told]).toEqual([422, 'There is an admin with this address.'])
  })

  test('nobody changes their own role, disables themselves, or changes the role they have', async () => {
    const { role, page } = await makeRole('Chief', 'admins', 'list-clients')
    const mo = await make('mo', role)
    const { visitor } = mo
    await visitor.post(mo.page, { ...proof, name: 'Mo', email: 'mo@latchkey.test', role: 'full' })
    expect([visitor.status, visitor.told]).toEqual([422, 'Your own role is changed by another admin.'])
    await visitor.post(`${mo.page}/disable`)
    expect(visitor.told).toBe('You cannot do this to yourself: ask another admin.')
    await visitor.post(page, { ...proof, name: 'Chief', rights: ['admins', 'list-clients', 'settings'] })
    expect(visitor.told).toContain('You cannot change the role that you have yourself.')
    expect(await row('mo')).toMatchObject({ role, status: 'active' })
    await visitor.post(mo.page, { name: 'Mo Moss', email: 'mo@latchkey.test', role })
    expect(visitor.told, 'but their name').toBe('Mo Moss is saved.')
  })

  test(
    'nobody gives more rights than they hold, nor touches an admin or a role that holds more',
    async () => {
      const { role } = await makeRole('Small chief', 'admins', 'list-clients')
      const strong = await makeRole('Strong', 'list-clients', 'settings')
      const pia = await make('pia', role)
      const rick = await make('rick', 'read-only')
      const helper = await make('helper', role)
      const { visitor } = pia
      const { id: adaId } = await row('ada')
      for (const given of ['full', strong.role, 'support']) {
        await visitor.post('/admin/admins/new', {
          ...proof,
          name: 'X',
          email: 'x@latchkey.test',
          role: given,
        })
        expect([visitor.status, visitor.told]).toEqual([422, MORE])
        await visitor.post(helper.page, { ...proof, name: 'H', email: 'helper@latchkey.test', role: given })
        expect([visitor.status, visitor.told]).toEqual([422, MORE])
      }
      for (const step of ['', '/disable', '/end-sessions', '/send-link', '/remove-factor'])
        for (const page of [`/admin/admins/${adaId}`, rick.page]) {
          const body = { ...proof, name: 'X', email: 'x@latchkey.test', role }
          await visitor.post(page + step, body)
          expect([visitor.status, visitor.text.includes(MORE)], page + step).toEqual([422, true])
        }
      await visitor.post('/admin/roles/new', { ...proof, name: 'Mine', rights: ['settings'] })
      expect(visitor.told).toBe(MORE)
      await visitor.post(strong.page, { ...proof, name: 'Strong', rights: ['list-clients'] })
      expect(visitor.told).toContain(MORE)
      await visitor.post(`${strong.page}/delete`, proof)
      expect(visitor.told).toContain(MORE)
      await visitor.post('/admin/roles/new', { ...proof, name: 'Mine', rights: ['list-clients', 'nonsense'] })
      expect(visitor.told).toContain('There is no such right')
      expect(await row('x')).toBeUndefined()
      expect((await row('rick')).status).toBe('active')
      expect(await house.db('roles').where({ name: 'Mine' })).toEqual([])
      await visitor.post(`${helper.page}/disable`)
      expect(visitor.told, 'an equal may be disabled').toBe('helper is disabled.')
    },
    A_WHILE,
  )

  test('H9 the last active Full admin is not disabled or demoted', async () => {
    const fay = await make('fay', 'full')
    const { id } = await row('ada')
    await ada.post(`${fay.page}/disable`)
    expect(ada.told).toBe('fay is disabled.')
    const { role } = await makeRole('All but Full', ...['admins', 'settings', 'list-clients'])
    // One who holds everything, but is not Full.
    await house
      .db('roles')
      .where({ name: 'All but Full' })
      .update({ rights: await allRights() })
    const { visitor } = await make('gil', role)
    const sentence =
      'This is the last active admin with the role Full. Give that role to another admin first.'
    await visitor.post(`/admin/admins/${id}/disable`)
    expect(visitor.text).toContain(sentence)
    await visitor.post(`/admin/admins/${id}`, {
      ...proof,
      name: 'A',
      email: 'ada@latchkey.test',
      role: 'support',
    })
    expect([visitor.status, visitor.told]).toEqual([422, sentence])
    expect(await row('ada')).toMatchObject({ role: 'full', status: 'active' })
    await ada.post(`${fay.page}/enable`, proof)
    await visitor.post(`/admin/admins/${id}`, {
      ...proof,
      name: 'Ada',
      email: 'ada@latchkey.test',
      role: 'support',
    })
    expect((await row('ada')).role).toBe('support')
    await house.db('admins').where({ id }).update({ role: 'full' })
  })

  const allRights = async () => (await import('../src/domain/rights.ts')).RIGHTS.join(',')

  test('an admin who is disabled is out at the next click, and cannot log in or reset until enabled', async () => {
    const kim = await make('kim', 'support')
    await ada.post(`${kim.page}/disable`)
    await kim.visitor.visit('/admin/clients')
    expect(kim.visitor.path).toMatch(/^\/admin\/login/)
    expect((await house.admin('kim')).told).toBe('Email address or password is not right.')
    const asks = house.visitor()
    await asks.visit('/admin/password/reset')
    await asks.press('Send link', { 'Email address': 'kim@latchkey.test' })
    const page = asks.html.replaceAll('kim@', 'X@')
    await asks.visit('/admin/password/reset')
    await asks.press('Send link', { 'Email address': 'nobody@latchkey.test' })
    expect(asks.html.replaceAll('nobody@', 'X@')).toBe(page)
    const subjects = (await house.mailTo('kim@latchkey.test')).map(({ subject }) => subject)
    expect(subjects, 'no link').toEqual(['Your login to the Admin Area was changed'])
    await ada.post(`${kim.page}/disable`)
    expect(ada.text).toContain('This admin is disabled.')
    await ada.post(`${kim.page}/enable`, proof)
    expect((await house.admin('kim')).path).toBe('/admin')
  })

  test('another address, another role, disabled, enabled: each is told, at the address from before', async () => {
    const { page } = await make('ned', 'support')
    const told = async (name: string) => {
      const mails = await house.mailTo(`${name}@latchkey.test`)
      return mails.map(({ text }) => text.split('\n')[2]).sort()
    }
    await ada.post(page, { name: 'Ned', email: 'ned@latchkey.test', role: 'support' })
    expect(await told('ned'), 'the name alone').toEqual([])
    await ada.post(page, { ...proof, name: 'Ned', email: 'teddy@latchkey.test', role: 'read-only' })
    const both = await told('ned')
    expect(both.join()).toContain('Ada changed its address: from now on you log in with teddy@latchkey.test.')
    expect(both.join()).toContain('Ada changed your role from Support to Read-only.')
    expect([both.length, await told('teddy')]).toEqual([2, []])
    await ada.post(`${page}/disable`)
    await ada.post(`${page}/disable`)
    await ada.post(`${page}/enable`, proof)
    const changes = await told('teddy')
    expect(changes.join()).toContain('Ada disabled your login.')
    expect(changes.join()).toContain('Ada enabled your login again.')
    expect(changes, 'a second click tells nothing').toHaveLength(2)
  })

  test('a second factor is removed, told and logged; sessions are ended', async () => {
    const lou = await make('lou', 'support')
    const key = { person_kind: 'admin', person_id: lou.id }
    const at = '2026-01-01T00:00:00.000Z'
    await house.db('totp_factors').insert({ ...key, secret: 'x', created_at: at, confirmed_at: at })
    await house.db('recovery_codes').insert({ ...key, code_hash: 'x', created_at: at })
    await house.db('admins').where({ id: lou.id }).update({ factors: 1 })
    await ada.visit(lou.page)
    await ada.follow('Remove two-factor')
    await ada.press('Remove two-factor', typedProof)
    expect(ada.told).toBe('The second factor of lou is removed.')
    expect([await house.db('totp_factors').where(key), await house.db('recovery_codes').where(key)]).toEqual([
      [],
      [],
    ])
    const [mail] = await house.mailTo('lou@latchkey.test')
    expect(mail?.text).toContain('removed the second factor of your login')
    expect(await house.db('activity').where({ action: 'admin.factorRemoved' })).toHaveLength(1)
    await ada.post(`${lou.page}/remove-factor`, proof)
    expect(ada.text).toContain('This admin has no second factor.')
    await ada.visit(lou.page)
    await ada.follow('End sessions')
    await ada.press('End sessions')
    await lou.visitor.visit('/admin')
    expect(lou.visitor.path).toMatch(/^\/admin\/login/)
  })

  test('a role that somebody has is not deleted; a changed one holds at the next click', async () => {
    const { role, page } = await makeRole('Night', 'list-clients')
    const nat = await make('nat', role)
    expect((await nat.visitor.visit('/admin/clients')).status).toBe(200)
    await ada.visit(page)
    await ada.press('Save', { ...typedProof, 'List clients': false, 'See emails': true })
    expect((await nat.visitor.visit('/admin/clients')).status).toBe(403)
    expect((await nat.visitor.visit('/admin/emails')).status).toBe(200)
    await ada.post(`${page}/delete`, proof)
    expect(ada.text).toContain('An admin has this role: give them another one first.')
    await ada.post(nat.page, { ...proof, name: 'Nat', email: 'nat@latchkey.test', role: 'support' })
    await ada.post(`${page}/delete`, proof)
    expect(ada.told).toBe('The role Night is deleted.')
    await ada.post('/admin/roles/new', { ...proof, name: 'Strong', rights: 'invite' })
    expect(ada.told).toBe('There is a role with this name.')
  })
})
