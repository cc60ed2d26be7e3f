import { beforeAll, describe, expect, test } from 'vitest'
import { keyOf, tokenOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const PUBLIC_PART = 24

describe('programs made for WHMCS look after who has access', () => {
  let house: TestHouse
  let key: string
  let acme: number
  let ids: Record<string, number>

  const post = async (body: string) => {
    const answer = await fetch(`${house.appUrl}/includes/api.php`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body,
    })
    return {
      status: answer.status,
      type: answer.headers.get('Content-Type') ?? '',
      text: await answer.text(),
    }
  }

  const call = async (action: string, fields: Record<string, string | number> = {}, as = key) => {
    const parts = { identifier: as.slice(0, PUBLIC_PART), secret: as.slice(PUBLIC_PART) }
    const all = Object.entries({ ...parts, action, ...fields }).map(([name, value]) => [name, String(value)])
    const { status, text } = await post(String(new URLSearchParams(all)))
    return { status, ...JSON.parse(text) }
  }

  const no = (message: string, status = 200) => ({ status, result: 'error', message })
  const done = { status: 200, result: 'success' }

  beforeAll(async () => {
    house = await startHouse()
    key = await keyOf(house)
    acme = (await house.clientNamed('Acme Hosting')).id
    const users: { id: number; first_name: string }[] = await house.db('users')
    ids = Object.fromEntries(users.map(({ id, first_name }) => [first_name, id]))
  })

  test('the key goes into either pair of fields, the action in any case, and empty fields are absent', async () => {
    const { permissions, ...rest } = await call('GetPermissionsList')
    expect(rest).toEqual({ status: 'success' })
    expect(permissions.permission).toContain('manageproducts')
    const [username, password] = [key.slice(0, PUBLIC_PART), key.slice(PUBLIC_PART)]
    const other = { identifier: '', secret: '', username, password }
    expect((await call('GETPERMISSIONSLIST', other)).permissions).toEqual(permissions)
  })

  test('who is unknown, comes from elsewhere, may not, or says nothing is told so', async () => {
    expect(await call('GetPermissionsList', { secret: 'x' })).toEqual(no('Authentication Failed', 403))
    const md5 = { identifier: '', secret: '', username: 'ada', password: '5f4dcc3b5aa765d61d8327deb882cf99' }
    const legacy = await call('GetPermissionsList', md5)
    expect(legacy).toMatchObject({ status: 403, result: 'error' })
    expect(legacy.message).toMatch(/^Authentication Failed: send the identifier and the secret of an API key/)
    const token = await tokenOf(house, 'alice@example.com')
    expect(await call('GetPermissionsList', {}, token)).toEqual(no('Authentication Failed', 403))
    const afar = await keyOf(house, { addresses: '203.0.113.0/24' })
    expect((await call('GetPermissionsList', {}, afar)).message).toMatch(/^Invalid IP .*127\.0\.0\.1$/)
    const reader = await keyOf(house, { rights: ['list-clients'] })
    const refused = 'Invalid Permissions: API action "deleteuserclient" is not allowed'
    expect(await call('DeleteUserClient', {}, reader)).toEqual(no(refused, 403))
    expect(await call('')).toEqual(no('Empty action request', 400))
    expect(await call('toString')).toEqual(no('Action not found'))
  })

  test('XML on demand, and whatever cannot be read is refused in words', async () => {
    const parts = `identifier=${key.slice(0, PUBLIC_PART)}&secret=${key.slice(PUBLIC_PART)}`
    const xml = await post(`${parts}&action=GetPermissionsList&responsetype=xml`)
    expect(xml.type).toContain('application/xml')
    expect(xml.text).toMatch(/<permissions><permission>profile<\/permission>\s*<permission>/)
    expect(await post(`${parts}&${parts}`)).toMatchObject({ status: 400 })
    expect(await post(`${parts}&action=%ff`)).toMatchObject({ status: 400 })
    const large = await post(`x=${'x'.repeat(101 * 1024)}`)
    expect([large.status, large.type]).toEqual([413, expect.stringContaining('json')])
  })

  test('permissions are read and set, and access is taken away and given, as the key in the log', async () => {
    const bob = { user_id: ids.Bob as number, client_id: acme }
    expect((await call('GetUserPermissions', bob)).permissions.permission).toEqual([
      ...['products', 'invoices', 'tickets'],
    ])
    expect(await call('UpdateUserPermissions', { ...bob, permissions: '' })).toEqual(
      no('Missing permissions definition'),
    )
    expect(await call('UpdateUserPermissions', { ...bob, permissions: 'invoices,domains' })).toEqual(done)
    expect((await call('GetUserPermissions', bob)).permissions.permission).toEqual(['domains', 'invoices'])
    const entry = await house.db('activity').where({ action: 'permissions.changed' }).first()
    expect([entry.actor_kind, entry.actor_name]).toEqual(['credential', 'Robot'])
    expect(await call('DeleteUserClient', bob)).toEqual(done)
    expect(await call('DeleteUserClient', bob)).toEqual(no('User is not associated with client'))
    const again = { ...bob, permissions: 'tickets', confirmed: 'true' }
    expect(await call('AddUserClient', again)).toEqual(done)
    expect(await call('AddUserClient', again)).toEqual(no('User already associated with client'))
    expect(await call('AddUserClient', { ...bob, user_id: 99999 })).toEqual(no('Invalid user id'))
    expect(await call('AddUserClient', bob)).toEqual(no('User permissions are required'))
  })

  test('the owner stays untouched until another is made owner', async () => {
    const alice = { user_id: ids.Alice as number, client_id: acme }
    expect(await call('UpdateUserPermissions', { ...alice, permissions: 'tickets' })).toEqual(
      no('Permissions cannot be set on a client owner'),
    )
    expect(await call('DeleteUserClient', alice)).toEqual(no('You cannot remove the account owner'))
    expect(await call('GetUserPermissions', { ...alice, client_id: 99999 })).toEqual(no('Invalid client id'))
    expect(await call('GetUserPermissions', { ...alice, user_id: 99999 })).toEqual(no('Invalid user id'))
    expect(await call('MakeClientOwner', { ...alice, user_id: ids.Bob as number })).toEqual(done)
    expect((await house.db('clients').where({ id: acme }).first()).owner_id).toBe(ids.Bob)
  })

  test('invites, lists, sends again and cancels', async () => {
    const dora = { client_id: acme, email: 'dora@example.com', permissions: 'tickets' }
    expect(await call('CreateClientInvite', { ...dora, email: '' })).toEqual(no('Email is required'))
    expect(await call('CreateClientInvite', { ...dora, client_id: 0 })).toEqual(no('Invalid client id'))
    expect(await call('CreateClientInvite', { ...dora, email: 'dora' })).toEqual(
      no('The email address entered is not valid'),
    )
    expect(await call('CreateClientInvite', { ...dora, permissions: '' })).toEqual(
      no('User permissions are required'),
    )
    expect(await call('CreateClientInvite', { ...dora, email: 'alice@example.com' })).toEqual(
      no('User already associated with client'),
    )
    expect(await call('CreateClientInvite', dora)).toEqual(done)
    const { invites } = await call('GetClientInvites', dora)
    const sent = invites.invite.find(({ email }: { email: string }) => email === dora.email)
    expect(sent).toMatchObject({ status: 'pending', permissions: 'tickets' })
    for (const at of [sent.sent, sent.expires]) expect(at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    const that = { client_id: acme, invite_id: sent.id }
    expect(await call('ResendClientInvite', that)).toEqual(done)
    expect(await call('CancelClientInvite', that)).toEqual(done)
    expect(await call('ResendClientInvite', that)).toMatchObject({ status: 200, result: 'error' })
    expect(await call('CancelClientInvite', { ...that, invite_id: 99999 })).toEqual(no('Invalid invite id'))
  })

  test('a key for some clients sees only those, and does not learn which logins there are', async () => {
    const few = await keyOf(house, { clients: String(acme) })
    const bakery = (await house.clientNamed('Brown Bakery')).id
    const elsewhere = { user_id: ids.Bob as number, client_id: bakery, permissions: 'tickets' }
    expect(await call('GetUserPermissions', elsewhere, few)).toEqual(no('Invalid client id'))
    expect(await call('GetClientInvites', elsewhere, few)).toEqual(no('Invalid client id'))
    const stranger = no('User is not associated with client')
    for (const user_id of [ids.Carol as number, 99999])
      expect(await call('GetUserPermissions', { user_id, client_id: acme }, few)).toEqual(stranger)
    expect(await call('AddUserClient', elsewhere, few)).toMatchObject({ status: 200, result: 'error' })
  })

  test('reads a client by number or address, edits what was sent, and closes it once', async () => {
    const labs = await house.clientNamed('Chen Labs')
    const clientid = labs.id
    expect(await call('GetClientsDetails')).toEqual(no('Either clientid Or email Is Required'))
    expect(await call('GetClientsDetails', { clientid: 99999 })).toEqual(no('Client Not Found'))
    expect(await call('GetClientsDetails', { email: 'no@example.com' })).toEqual(no('Client Not Found'))
    const byId = await call('GetClientsDetails', { clientid })
    expect(byId).toMatchObject({
      result: 'success',
      companyname: 'Chen Labs',
      client: { owner_user_id: ids.Carol },
    })
    expect(byId.client.users.user).toEqual([
      { id: ids.Carol, name: 'Carol Chen', email: 'carol@example.com', is_owner: 'true' },
    ])
    expect((await call('GetClientsDetails', { email: byId.email })).client).toEqual(byId.client)
    expect(await call('UpdateClient', { clientid: 99999 })).toEqual(no('Client ID Not Found'))
    expect(await call('UpdateClient', { clientid, email: 'x' })).toMatchObject({ result: 'error' })
    expect(await call('UpdateClient', { clientid, city: 'Hamburg', state: '' })).toEqual({
      ...done,
      clientid,
    })
    const { client } = await call('GetClientsDetails', { clientid })
    expect(client).toEqual({ ...byId.client, city: 'Hamburg' })
    expect(await call('CloseClient', { clientid: 99999 })).toEqual(no('Client ID Not Found'))
    expect(await call('CloseClient', { clientid })).toEqual({ ...done, clientid })
    expect(await call('CloseClient', { clientid })).toMatchObject({ status: 200, result: 'error' })
  })

  test('sends a link for a new password, and deletes only who has no client', async () => {
    expect(await call('ResetPassword')).toEqual(no('Please enter the email address or provide the id'))
    expect(await call('ResetPassword', { email: 'x' })).toEqual(no('Please provide a valid email address'))
    expect(await call('ResetPassword', { email: 'no@example.com' })).toEqual(no('User Not Found'))
    expect(await call('ResetPassword', { id: ids.Bob as number })).toEqual(done)
    const mail = await house.db('emails').where({ template: 'password-reset' }).first()
    expect(mail.to_address).toBe('bob@example.com')
    expect(await call('DeleteUser', { user_id: 99999 })).toEqual(no('Invalid User ID requested'))
    const user_id = ids.Bob as number
    expect(await call('DeleteUser', { user_id })).toMatchObject({ status: 200, result: 'error' })
    const few = await keyOf(house, { clients: String(acme) })
    expect(await call('DeleteUser', { user_id }, few)).toMatchObject({ status: 200, result: 'error' })
    expect((await house.db('users').where({ id: user_id }).first()).status).toBe('active')
  })
})
