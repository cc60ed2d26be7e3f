import { load } from 'cheerio'
import { beforeAll, describe, expect, test } from 'vitest'
import { forgetSettings } from '../src/domain/settings.ts'
import { keyOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { no, partsOf, postForm, whmcsCaller } from './support/whmcs.ts'

const FIELDS: Record<string, string[]> = {
  AddUser: ['firstname', 'lastname', 'email', 'password2', 'language'],
  UpdateUser: ['user_id', 'firstname', 'lastname', 'email', 'language'],
  GetUsers: ['limitstart', 'limitnum', 'sorting', 'search'],
  CreateClientInvite: ['client_id', 'email', 'permissions'],
  GetPermissionsList: ['anything'],
  GetUserPermissions: ['user_id', 'client_id'],
  UpdateUserPermissions: ['user_id', 'client_id', 'permissions'],
  DeleteUserClient: ['user_id', 'client_id'],
  ResetPassword: ['id', 'email'],
  ValidateLogin: ['email', 'password2'],
  CreateSsoToken: ['client_id', 'user_id', 'destination', 'sso_redirect_path'],
  AddClient: ['owner_user_id', 'firstname', 'email', 'country', 'postcode', 'phonenumber', 'password2'],
  GetClients: ['limitstart', 'limitnum', 'sorting', 'status', 'search', 'orderby'],
  GetClientsDetails: ['clientid', 'email', 'stats'],
  UpdateClient: ['clientid', 'firstname', 'email', 'country', 'companyname'],
  AddContact: ['clientid', 'firstname', 'lastname', 'email', 'generalemails'],
  UpdateContact: ['contactid', 'firstname', 'email', 'invoiceemails'],
  DeleteContact: ['contactid'],
  GetContacts: ['limitstart', 'userid', 'firstname', 'email', 'phonenumber'],
  GetActivityLog: ['limitstart', 'limitnum', 'clientid', 'userid', 'user', 'description', 'ipaddress'],
  GetClientInvites: ['client_id', 'limitstart', 'limitnum', 'sorting'],
  ResendClientInvite: ['client_id', 'invite_id'],
  CancelClientInvite: ['client_id', 'invite_id'],
  AddUserClient: ['user_id', 'client_id', 'permissions', 'confirmed'],
  MakeClientOwner: ['user_id', 'client_id'],
  DeleteUser: ['user_id'],
  CloseClient: ['clientid'],
}

const VALUES = [
  ...['-1', '0', '1', '2.5', '1e3', '999999999', '99999999999', 'null', 'true', 'x', ' ', '%', '_', '!'],
  ...['a\u0000b', '\u202eevil', '😀', '<b>&amp;"\'', '../..', '//evil.example', "'; DROP TABLE users; --"],
  ...['x'.repeat(300), 'x '.repeat(2_000), 'ä'.repeat(1_000), 'zoe@example.com', '\r\nX-Evil: 1'],
]

describe('programs made for WHMCS send anything', () => {
  let house: TestHouse
  let key: string
  let sample: Record<string, string>

  beforeAll(async () => {
    house = await startHouse()
    key = await keyOf(house)
    await house.db('settings').insert({ key: 'validateLogin', value: 'on', updated_at: '' })
    await house.db('settings').insert({ key: 'limit.apiCalls', value: '1000000', updated_at: '' })
    forgetSettings()
    const { id: client } = await house.clientNamed('Acme Hosting')
    const { id: user } = await house.db('users').where({ email: 'bob@example.com' }).first()
    sample = {
      ...{
        client_id: client,
        clientid: client,
        userid: client,
        user_id: user,
        firstname: 'A',
        lastname: 'B',
      },
      ...{ email: 'new@example.com', password2: 'a lamp over nine doors', permissions: 'tickets' },
    }
  })

  /** Calls, and makes sure that what comes can be read by who called. */
  async function ask(fields: Record<string, string>, nth: number) {
    await house.db('limits').delete()
    const isXml = nth % 5 === 0
    const all = { ...partsOf(key), ...fields, ...(isXml && { responsetype: 'xml' }) }
    const { status, text, headers } = await postForm(house, String(new URLSearchParams(all)))
    const told = JSON.stringify(fields).slice(0, 200)
    expect([told, status, headers.get('X-Evil')]).toEqual([told, 200, null])
    const $ = isXml && load(text, { xml: true })
    const { result, status: said } = $
      ? { result: $('whmcsapi > result').text(), status: $('whmcsapi > status').text() }
      : JSON.parse(text)
    expect([told, result || said]).toEqual([told, expect.stringMatching(/^(success|error)$/)])
  }

  test.each(Object.entries(FIELDS))(
    '%s: never broken, and always answered',
    async (action, names) => {
      let nth = 0
      for (const value of VALUES) {
        const name = names[nth % names.length] as string
        const others = Object.fromEntries(names.map((one) => [one, sample[one] ?? '']))
        await ask({ action, ...others, [name]: value }, nth++)
        await ask({ action, ...Object.fromEntries(names.map((one) => [one, value])) }, nth)
      }
    },
    120_000,
  )

  test('nothing that is in the house is in the answer to a field that is no form', async () => {
    const parts = String(new URLSearchParams({ ...partsOf(key), action: 'GetUsers' }))
    const unreadable = no('The request is no form-encoded UTF-8', 400)
    for (const bad of ['search=%ff', 'search=%ED%A0%80', 'search=%', '%zz=1']) {
      const { status, text } = await postForm(house, `${parts}&${bad}`)
      expect({ status, ...JSON.parse(text) }).toEqual(unreadable)
    }
    const twice = await postForm(house, `${parts}&search=a&search=b`)
    expect({ status: twice.status, ...JSON.parse(twice.text) }).toEqual(no('Duplicate field: search', 400))
    const large = await postForm(house, `${parts}&search=${'x'.repeat(101 * 1024)}`)
    expect({ status: large.status, ...JSON.parse(large.text) }).toEqual(
      no('The request is larger than 100 KB', 413),
    )
    const json = await postForm(house, JSON.stringify({ ...partsOf(key), action: 'GetUsers' }))
    expect(json.status).toBe(403)
  })

  test('a wrong secret, another address, and an action that nobody knows, whatever the action', async () => {
    const wrong = whmcsCaller(house, `${key.slice(0, -1)}?`)
    const afar = whmcsCaller(house, await keyOf(house, { addresses: '203.0.113.0/24' }))
    for (const action of Object.keys(FIELDS)) {
      expect(await wrong(action)).toEqual(no('Authentication Failed', 403))
      expect((await afar(action)).message).toMatch(/^Invalid IP /)
    }
    const call = whmcsCaller(house, key)
    for (const action of ['GetInvoices', '__proto__', 'constructor', 'adduser ', 'add\u0000user'])
      expect(await call(action)).toEqual(no('Action not found'))
  })

  test('lists in XML: the same element again, and numbers as they are', async () => {
    const all = { ...partsOf(key), action: 'GetUsers', responsetype: 'XML' }
    const { text, type } = await postForm(house, String(new URLSearchParams(all)))
    expect(type).toContain('application/xml')
    const $ = load(text, { xml: true })
    expect($('whmcsapi > users').length).toBe(Number($('whmcsapi > numreturned').text()))
    expect($('whmcsapi > users > clients > isOwner').first().text()).toMatch(/^(true|false)$/)
  })
})
