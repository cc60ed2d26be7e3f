import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import { actAs } from './support/acting.ts'
import { keyOf } from './support/api.ts'
import { setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { done, type Fields, no, whmcsCaller } from './support/whmcs.ts'

describe('a program of the host’s logs a user in (CreateSsoToken)', () => {
  let house: TestHouse
  let call: ReturnType<typeof whmcsCaller>
  let acme: number
  let ids: Record<string, number>

  beforeAll(async () => {
    house = await startHouse()
    call = whmcsCaller(house, await keyOf(house, { name: 'Portal' }))
    acme = (await house.clientNamed('Acme Hosting')).id
    const users: { id: number; first_name: string }[] = await house.db('users')
    ids = Object.fromEntries(users.map(({ id, first_name }) => [first_name, id]))
  })
  beforeEach(() => house.db('limits').delete())

  const linkOf = async (fields: Fields): Promise<string> => {
    const { redirect_url } = await call('CreateSsoToken', fields)
    expect(redirect_url).toMatch(new RegExp(`^${house.appUrl}/sso/[\\w-]{43}$`))
    return redirect_url.slice(house.appUrl.length)
  }
  const follow = async (link: string) => {
    const visitor = house.visitor()
    await visitor.visit(link)
    return visitor
  }

  test('the owner, at home or where the destination says; looking uses nothing up', async () => {
    const answer = await call('CreateSsoToken', { client_id: acme })
    expect(answer).toEqual(
      done({ access_token: expect.any(String), redirect_url: expect.stringContaining(answer.access_token) }),
    )
    const link = answer.redirect_url.slice(house.appUrl.length)
    await follow(link)
    const alice = await follow(link)
    expect(alice.text).toContain(
      'You go on as Alice Ames, alice@example.com, in the account of Acme Hosting.',
    )
    expect(alice.cookie('session')).toBeUndefined()
    await alice.press('Go on')
    expect([alice.path, alice.title]).toEqual(['/clientarea', 'Acme Hosting'])
    const there = await follow(
      await linkOf({
        client_id: acme,
        user_id: ids.Alice as number,
        destination: 'clientarea:user_management',
      }),
    )
    await there.press('Go on')
    expect(there.path).toBe('/account/users')
  })

  test('stored hashed; made and used as that key in the log, and the login as the user', async () => {
    const link = await linkOf({ user_id: ids.Alice as number })
    const token = link.split('/').at(-1) ?? ''
    expect(JSON.stringify(await house.db('sign_ons'))).not.toContain(token)
    expect(JSON.stringify(await house.db('activity'))).not.toContain(token)
    const alice = await follow(link)
    await alice.press('Go on')
    const done = ['user.loggedIn', 'signOn.used', 'signOn.made']
    const latest = await house.db('activity').whereIn('action', done).orderBy('id', 'desc').limit(3)
    expect(
      latest.map(({ action, actor_kind, actor_name, user_id }) => [action, actor_kind, actor_name, user_id]),
    ).toEqual([
      ['user.loggedIn', 'user', 'Alice Ames', ids.Alice],
      ['signOn.used', 'credential', 'Portal', ids.Alice],
      ['signOn.made', 'credential', 'Portal', ids.Alice],
    ])
    expect(house.logged.join('')).not.toContain(token)
  })

  test('it holds once, and for sixty seconds', async () => {
    const link = await linkOf({ client_id: acme })
    const [first, second] = [await follow(link), await follow(link)]
    await first.press('Go on')
    await second.press('Go on')
    expect([second.status, second.cookie('session')]).toEqual([404, undefined])
    expect((await follow(link)).status).toBe(404)
    const late = await linkOf({ client_id: acme })
    const slow = await follow(late)
    moveClock(1)
    await slow.press('Go on')
    expect([slow.status, slow.cookie('session')]).toEqual([404, undefined])
    expect((await follow('/sso/made-up')).status).toBe(404)
  })

  test('H19 a second factor is asked for; the link alone makes no session', async () => {
    const app = await setUpTwoFactor(await house.user('carol'))
    const labs = await house.clientNamed('Chen Labs')
    const carol = await follow(await linkOf({ client_id: labs.id, destination: 'clientarea:profile' }))
    await carol.press('Go on')
    expect([carol.path, carol.cookie('session')]).toEqual([
      expect.stringMatching('^/login/second-step'),
      undefined,
    ])
    await carol.press('Log in', { Code: app.next() })
    expect(carol.path).toBe('/account/details')
  })

  test('where somebody else is logged in the page says so; an admin who acts as a user is not logged in by it', async () => {
    const bob = await house.user('bob')
    await bob.visit(await linkOf({ client_id: acme }))
    expect(bob.text).toContain('You are logged in as Bob Brown now. Going on logs Bob Brown out here.')
    await bob.press('Go on')
    await bob.visit('/user/profile')
    expect(bob.text).toContain('alice@example.com')
    const ada = await house.admin()
    await actAs(house, ada, 'alice')
    const link = await linkOf({ user_id: ids.Bob as number })
    await ada.visit(link)
    expect(ada.text).not.toContain('Go on')
    await ada.post(link, {})
    expect(ada.status).toBe(403)
    expect((await follow(link)).status).toBe(200)
  })

  test('a way that leads elsewhere, or nowhere, is no destination', async () => {
    const custom = { client_id: acme, destination: 'sso:custom_redirect' }
    const alice = await follow(await linkOf({ ...custom, sso_redirect_path: 'account/emails?x=1' }))
    await alice.press('Go on')
    expect(alice.path).toMatch(/^\/account\/emails/)
    for (const sso_redirect_path of ['', '//evil.example', '/.//evil.example', `/${'x'.repeat(500)}`])
      expect(await call('CreateSsoToken', { ...custom, sso_redirect_path })).toEqual(
        no('Invalid destination'),
      )
    for (const destination of ['clientarea:moon', '__proto__', 'constructor', 'toString'])
      expect(await call('CreateSsoToken', { client_id: acme, destination })).toEqual(
        no('Invalid destination'),
      )
  })

  test('who is not there, or not there for that client, is refused in WHMCS’s words', async () => {
    const sso = (fields: Fields) => call('CreateSsoToken', fields)
    expect(await sso({})).toEqual(no('A valid client_id or user_id is required'))
    expect(await sso({ client_id: 99999 })).toEqual(no('Invalid client_id'))
    expect(await sso({ user_id: 99999 })).toEqual(no('Invalid user_id'))
    expect(await sso({ client_id: acme, user_id: 99999 })).toEqual(no('Invalid user_id'))
    expect(await sso({ client_id: acme, user_id: ids.Carol as number })).toEqual(
      no('Invalid user_id for client'),
    )
    const bob = { client_id: acme, user_id: ids.Bob as number }
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.post(`/account/users/${bob.user_id}/suspend`, {})
    expect(await sso(bob)).toEqual(no(`SSO authentication blocked for client ${acme}`))
    await alice.post(`/account/users/${bob.user_id}/resume`, {})
    expect(await sso(bob)).toMatchObject({ result: 'success' })
  })

  test('a key without the right, and one for some clients, logs nobody in', async () => {
    const rights = ['act-as-user', 'edit-users']
    const weak = whmcsCaller(house, await keyOf(house, { rights }))
    expect(await weak('CreateSsoToken', { client_id: acme })).toEqual(
      no('Invalid Permissions: API action "createssotoken" is not allowed', 403),
    )
    const few = whmcsCaller(house, await keyOf(house, { clients: String(acme) }))
    expect(await few('CreateSsoToken', { client_id: acme })).toEqual(
      no('An API key for some clients may not do this.'),
    )
  })

  test('it ends with the access, the login, the password, and the key that made it', async () => {
    const bob = { client_id: acme, user_id: ids.Bob as number }
    const [ada, alice] = [await house.admin(), await house.user('alice', 'Acme Hosting')]
    const dead = async (link: string) => {
      const visitor = house.visitor()
      await visitor.post(link, {})
      expect([visitor.status, visitor.cookie('session')]).toEqual([404, undefined])
    }
    const rests = await linkOf(bob)
    await alice.post(`/account/users/${bob.user_id}/suspend`, {})
    await dead(rests)
    await alice.post(`/account/users/${bob.user_id}/resume`, {})

    const changed = await linkOf(bob)
    const own = await house.user('bob')
    await own.post('/user/password', { current_password: PASSWORD, password: 'a lamp over nine doors' })
    await dead(changed)

    const disabled = await linkOf(bob)
    await ada.post(`/admin/users/${bob.user_id}/disable`, {})
    await dead(disabled)
    expect(await call('CreateSsoToken', bob)).toEqual(no('Invalid user_id'))

    const fewer = await linkOf({ client_id: acme })
    const narrow = (all_clients: number) =>
      house.db('api_credentials').where({ name: 'Portal' }).update({ all_clients })
    await narrow(0)
    await dead(fewer)
    await narrow(1)

    const secret = await keyOf(house, { name: 'Old portal' })
    const made = await whmcsCaller(house, secret)('CreateSsoToken', { client_id: acme })
    const { id } = await house.db('api_credentials').where({ name: 'Old portal' }).first()
    await ada.post(`/admin/api/${id}/revoke`, { current_password: PASSWORD })
    await dead(made.redirect_url.slice(house.appUrl.length))

    const rested = await linkOf({ client_id: acme })
    const setAda = (status: string) =>
      house.db('admins').where({ email: 'ada@latchkey.test' }).update({ status })
    await setAda('disabled')
    await dead(rested)
    await setAda('active')

    const closed = await linkOf({ client_id: acme })
    await ada.post(`/admin/clients/${acme}/close`, {})
    await dead(closed)
    expect(await call('CreateSsoToken', { client_id: acme })).toEqual(
      no(`SSO authentication blocked for client ${acme}`),
    )
  })
})
