import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { keyOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { callBack, callJs, methodsOf, type Said, versionOf, whmcs, whmcsJs } from './support/npm-clients.ts'
import { partsOf } from './support/whmcs.ts'

const PROFILE = {
  ...{ firstname: 'Erin', lastname: 'Example', companyname: 'Example Ltd', phonenumber: '+44 113 000000' },
  ...{ address1: '1 Long Road', city: 'Leeds', state: 'Yorkshire', postcode: 'LS1 1AA', country: 'GB' },
  password2: 'a lamp over nine doors',
}
const NOT_OURS = 'Action not found'

describe('clients that nobody here wrote speak to it, as npm has them', () => {
  let house: TestHouse
  let key: string
  let acme: number

  beforeAll(async () => {
    house = await startHouse()
    key = await keyOf(house)
    acme = (await house.clientNamed('Acme Hosting')).id
    await house.db('settings').insert({ key: 'validateLogin', value: 'on', updated_at: '' })
  })

  const names = (users: { name: string }[]) => users.map(({ name }) => name)

  describe('whmcs-js', () => {
    let js: ReturnType<typeof whmcsJs>
    const clients = (method: string, fields = {}): Promise<Said> => callJs(js, 'Clients', method, fields)

    beforeAll(() => {
      js = whmcsJs(house, partsOf(key))
    })

    test('clients: add, find, read, change, close', async () => {
      const { clientid, result } = await clients('addClient', { ...PROFILE, email: 'erin@example.com' })
      expect(result).toBe('success')
      const found = await clients('getClients', { search: 'erin@example.com' })
      expect(found.clients.client[0]).toMatchObject({ id: clientid, companyname: 'Example Ltd' })
      expect(await clients('updateClient', { clientid, city: 'York' })).toEqual({
        result: 'success',
        clientid,
      })
      const details = await clients('getClientsDetails', { clientid, stats: true })
      expect([details.city, details.client.city, names(details.client.users.user)]).toEqual([
        ...['York', 'York', ['Erin Example']],
      ])
      expect(await clients('closeClient', { clientid })).toEqual({ result: 'success', clientid })
    })

    test('contacts: add, list, change, delete', async () => {
      const nia = { clientid: acme, firstname: 'Nia', lastname: 'Books', email: 'nia@example.com' }
      const { contactid } = await clients('addContact', { ...nia, generalemails: true })
      const list = async () => (await clients('getContacts', { userid: acme })).contacts.contact
      expect(await list()).toMatchObject([{ id: contactid, generalemails: 1 }])
      expect(await clients('updateContact', { contactid, firstname: 'Mia' })).toMatchObject({ contactid })
      expect(await list()).toMatchObject([{ firstname: 'Mia' }])
      expect(await clients('deleteContact', { contactid })).toMatchObject({ result: 'success' })
      expect(await list()).toEqual([])
    })

    test('a link for a new password, a password that is checked, and the log', async () => {
      expect(await clients('resetPassword', { email: 'bob@example.com' })).toEqual({ result: 'success' })
      expect((await house.mailTo('bob@example.com'))[0]?.text).toContain('/password/reset/')
      const login = (password2: string) =>
        callJs(js, 'Authentication', 'validateLogin', { email: 'alice@example.com', password2 })
      expect(await login(PASSWORD)).toMatchObject({ result: 'success', twoFactorEnabled: false })
      expect((await login('wrong')).message).toBe('Email or Password Invalid')
      const log = await callJs(js, 'System', 'getActivityLog', { limitnum: 1, user: 'Robot' })
      expect(log.activity.entry).toMatchObject([{ username: 'Robot' }])
    })

    test('every method of every module is answered in words that it reads; those are ours', async () => {
      const answered: string[] = []
      for (const [name, module] of Object.entries(js))
        for (const method of methodsOf(module)) {
          const { result, message } = await callJs(js, name, method, { email: '', id: '' })
          expect([method, result]).toEqual([method, expect.stringMatching(/^(success|error)$/)])
          if (message !== NOT_OURS) answered.push(method)
        }
      expect(answered.sort()).toEqual([
        ...['addClient', 'addContact', 'closeClient', 'deleteContact', 'getActivityLog', 'getClients'],
        ...['getClientsDetails', 'getContacts', 'resetPassword', 'updateClient', 'updateContact'],
        'validateLogin',
      ])
    })

    test('with a wrong secret, or as an admin with the md5 of a password, it is told no', async () => {
      const wrong = whmcsJs(house, { ...partsOf(key), secret: 'x' })
      expect(await callJs(wrong, 'Clients', 'getClients')).toEqual({
        ...{ result: 'error', message: 'Authentication Failed' },
      })
      const old = whmcsJs(house, { username: 'ada', password: '5f4dcc3b5aa765d61d8327deb882cf99' })
      expect((await callJs(old, 'Clients', 'getClients')).message).toMatch(
        /send the identifier and the secret/,
      )
    })
  })

  describe('whmcs', () => {
    let old: ReturnType<typeof whmcs>
    const customers = (method: string, ...args: unknown[]) => callBack(old, 'customers', method, ...args)

    beforeAll(() => {
      old = whmcs(house, key)
    })

    test('customers: create, read by number and address, change', async () => {
      const { clientid } = await customers('createCustomer', { ...PROFILE, email: 'una@example.com' })
      expect(await customers('getCustomer', clientid, {})).toMatchObject({ companyname: 'Example Ltd' })
      const byEmail = await customers('getCustomerByEmail', 'una@example.com', {})
      expect(byEmail.client.client_id).toBe(clientid)
      expect(await customers('updateCustomer', clientid, { city: 'York' })).toMatchObject({ clientid })
      expect((await customers('getCustomer', clientid, {})).city).toBe('York')
    })

    test('contacts: create, list, change, delete', async () => {
      const zed = { clientid: acme, firstname: 'Zed', lastname: 'Books', email: 'zed@example.com' }
      const { contactid } = await customers('createContact', { ...zed, invoiceemails: true })
      const [contact] = (await customers('getContacts', acme, { email: 'zed@example.com' })).contacts.contact
      expect(contact).toMatchObject({ id: contactid, invoiceemails: 1 })
      expect(await customers('updateContact', contactid, { lastname: 'Ledger' })).toMatchObject({ contactid })
      expect(await customers('deleteContact', contactid)).toMatchObject({ result: 'success' })
      expect(await customers('deleteContact', contactid)).toBe('WHMCS Error (200): Contact ID not found')
    })

    test('a password that is checked', async () => {
      expect(await customers('validateLogin', 'alice@example.com', PASSWORD)).toMatchObject({
        passwordhash: '',
      })
      expect(await customers('validateLogin', 'alice@example.com', 'wrong')).toBe(
        'WHMCS Error (200): Email or Password Invalid',
      )
    })

    test('every method but those for licences is answered in words that it reads; those are ours', async () => {
      const ours: string[] = []
      // Licences are another service of WHMCS's, at another address.
      const modules = Object.keys(old).filter(
        (name) => !['utils', 'config', 'authorized', 'licenses'].includes(name),
      )
      for (const name of modules)
        for (const method of methodsOf(old[name] as object)) {
          const takes = (old[name]?.[method]?.length ?? 1) - 1
          const said = await callBack(old, name, method, ...Array(takes).fill('0'))
          const message = typeof said === 'string' ? said : ''
          expect([method, message]).toEqual([method, expect.stringMatching(/^$|^WHMCS Error \(200\): ./)])
          if (message !== `WHMCS Error (200): ${NOT_OURS}`) ours.push(method)
        }
      expect(ours.sort()).toEqual([
        ...['createContact', 'createCustomer', 'deleteContact', 'getContacts', 'getCustomer'],
        ...['getCustomerByEmail', 'updateContact', 'updateCustomer', 'validateLogin'],
      ])
    })

    test('with a wrong secret it is told no', async () => {
      const wrong = whmcs(house, `${key.slice(0, -1)}?`)
      expect(await callBack(wrong, 'customers', 'getCustomer', '1', {})).toBe(
        'WHMCS Error (403): Authentication Failed',
      )
    })
  })

  test('docs/api.md names the versions that were tried', () => {
    const docs = readFileSync('docs/api.md', 'utf8')
    for (const name of ['whmcs', 'whmcs-js']) expect(docs).toContain(`\`${name}\` ${versionOf(name)}`)
  })
})
