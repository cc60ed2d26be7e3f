import { beforeAll, describe, expect, test } from 'vitest'
import { keyOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { done, no, whmcsCaller } from './support/whmcs.ts'

const PROFILE = {
  ...{ firstname: 'Erin', lastname: 'Example', email: 'erin@example.com', companyname: 'Example Ltd' },
  ...{ address1: '1 Long Road', city: 'Leeds', state: 'Yorkshire', postcode: 'LS1 1AA', country: 'gb' },
  phonenumber: '+44 113 000000',
}
const PASSWORD = 'a lamp over nine doors'

describe('programs made for WHMCS open clients, and look after contacts', () => {
  let house: TestHouse
  let call: ReturnType<typeof whmcsCaller>
  let acme: { id: number }

  beforeAll(async () => {
    house = await startHouse()
    call = whmcsCaller(house, await keyOf(house))
    acme = await house.clientNamed('Acme Hosting')
  })

  const countOf = async (table: string) => (await house.db(table)).length

  test('adds a client with a new login, whose password works', async () => {
    const { clientid, ...answer } = await call('AddClient', { ...PROFILE, password2: PASSWORD, notes: 'VIP' })
    expect(answer).toEqual(done())
    const client = await house.db('clients').where({ id: clientid }).first()
    expect(client).toMatchObject({ company_name: 'Example Ltd', country: 'GB', phone: '+44 113 000000' })
    const erin = house.visitor()
    await erin.visit('/login')
    await erin.press('Log in', { 'Email address': 'erin@example.com', Password: PASSWORD })
    expect(erin.text).toContain('Example Ltd')
  })

  test('adds a client for a user who is there, who needs no password', async () => {
    const { id } = await house.db('users').where({ email: 'bob@example.com' }).first()
    const users = await countOf('users')
    const { clientid } = await call('AddClient', { ...PROFILE, owner_user_id: id, companyname: 'Bob’s' })
    expect((await house.db('clients').where({ id: clientid }).first()).owner_id).toBe(id)
    expect(await countOf('users')).toBe(users)
  })

  test('what is missing is named, unless it need not be checked, and nothing is left behind', async () => {
    const before = [await countOf('clients'), await countOf('users')]
    const lacks = async (name: string, what: string) =>
      expect(await call('AddClient', { ...PROFILE, password2: PASSWORD, [name]: '' })).toEqual(
        no(`You did not enter ${what}`),
      )
    await lacks('firstname', 'your first name')
    await lacks('lastname', 'your last name')
    await lacks('email', 'your email address')
    await lacks('address1', 'your address (line 1)')
    await lacks('city', 'your city')
    await lacks('state', 'your state')
    await lacks('postcode', 'your postcode')
    await lacks('country', 'your country')
    await lacks('phonenumber', 'your phone number')
    await lacks('password2', 'a password')
    const taken = { ...PROFILE, password2: PASSWORD }
    expect(await call('AddClient', taken)).toEqual(no('A user already exists with that email address'))
    expect(await call('AddClient', { ...taken, email: 'x' })).toEqual(
      no('The email address entered is not valid'),
    )
    expect(await call('AddClient', { ...PROFILE, owner_user_id: 99999 })).toEqual(no('Invalid Owner User ID'))
    expect(await call('AddClient', { ...taken, email: 'e@example.com', country: 'GBR' })).toMatchObject({
      result: 'error',
    })
    expect([await countOf('clients'), await countOf('users')]).toEqual(before)
    const bare = { firstname: 'Una', lastname: 'Bare', email: 'una@example.com', password2: PASSWORD }
    expect(await call('AddClient', { ...bare, skipvalidation: true })).toMatchObject({ result: 'success' })
  })

  test('lists clients by number, status and words', async () => {
    const all = await call('GetClients')
    expect(all.totalresults).toBe(await countOf('clients'))
    const one = all.clients.client.find(({ id }: { id: number }) => id === acme.id)
    expect(one).toMatchObject({ companyname: 'Acme Hosting', status: 'Active', groupid: 0 })
    expect(one.datecreated).toMatch(/^\d{4}-\d\d-\d\d$/)
    const next = await call('GetClients', { limitstart: 1, limitnum: 2 })
    expect(next.clients.client).toEqual(all.clients.client.slice(1, 3))
    expect(next).toMatchObject({ startnumber: 1, numreturned: 2, totalresults: all.totalresults })
    const last = await call('GetClients', { sorting: 'desc', limitnum: 1 })
    expect(last.clients.client).toEqual(all.clients.client.slice(-1))
    const found = await call('GetClients', { search: 'acme' })
    expect(found.clients.client.map(({ id }: { id: number }) => id)).toEqual([acme.id])
    expect((await call('GetClients', { status: 'Closed', search: 'acme' })).clients.client).toEqual([])
    expect(await call('GetClients', { status: 'Frozen' })).toMatchObject({ status: 200, result: 'error' })
  })

  test('adds, changes, lists and deletes contacts', async () => {
    const clientid = acme.id
    const nia = { clientid, firstname: 'Nia', lastname: 'Books', email: 'Nia@Example.com' }
    const { contactid, ...answer } = await call('AddContact', { ...nia, invoiceemails: true })
    expect(answer).toEqual(done())
    const { contacts, ...figures } = await call('GetContacts', { userid: clientid, email: 'nia@example.com' })
    expect(figures).toEqual(done({ totalresults: 1, startnumber: 0, numreturned: 1 }))
    expect(contacts.contact).toEqual([
      {
        ...{ id: contactid, userid: clientid, firstname: 'Nia', lastname: 'Books' },
        ...{ email: 'nia@example.com', phonenumber: '', generalemails: 0, productemails: 0 },
        ...{ domainemails: 0, invoiceemails: 1, supportemails: 0, affiliateemails: 0 },
      },
    ])
    expect(await call('AddContact', nia)).toMatchObject({ status: 200, result: 'error' })
    expect(await call('AddContact', { ...nia, email: '' })).toMatchObject({ result: 'error' })
    const edit = { contactid, lastname: 'Ledger', supportemails: 1, invoiceemails: 'false' }
    expect(await call('UpdateContact', edit)).toEqual(done({ contactid }))
    const [now] = (await call('GetContacts', { userid: clientid, lastname: 'Ledger' })).contacts.contact
    expect(now).toMatchObject({ email: 'nia@example.com', invoiceemails: 0, supportemails: 1 })
    expect(await call('DeleteContact', { contactid })).toEqual(done({ contactid }))
    expect(await call('DeleteContact', { contactid })).toEqual(no('Contact ID not found'))
    expect(await call('UpdateContact', { contactid })).toEqual(no('Contact ID not found'))
  })

  test('another’s client is not there: not to read, not to write, not in any list', async () => {
    const labs = await house.clientNamed('Chen Labs')
    const few = whmcsCaller(house, await keyOf(house, { clients: String(acme.id) }))
    const there = { clientid: labs.id, firstname: 'Nia', lastname: 'Books', email: 'nia@example.com' }
    const { contactid } = await call('AddContact', there)
    expect(await few('AddContact', there)).toEqual(no('Client ID Not Found'))
    expect(await few('UpdateContact', { contactid, firstname: 'x' })).toEqual(no('Contact ID not found'))
    expect(await few('DeleteContact', { contactid })).toEqual(no('Contact ID not found'))
    expect((await few('GetContacts', { userid: labs.id })).contacts.contact).toEqual([])
    expect((await few('GetContacts')).contacts.contact).toEqual([])
    const seen = await few('GetClients')
    expect(seen.clients.client.map(({ id }: { id: number }) => id)).toEqual([acme.id])
    expect(seen.totalresults).toBe(1)
    expect((await few('GetClients', { search: 'chen' })).clients.client).toEqual([])
    expect(await few('AddClient', { ...PROFILE, email: 'x@example.com', password2: PASSWORD })).toEqual(
      no('An API key for some clients may not do this.'),
    )
    const log = await few('GetActivityLog', { clientid: labs.id })
    expect(log.activity.entry).toEqual([])
    const ours: { clientId: number }[] = (await few('GetActivityLog')).activity.entry
    expect(new Set(ours.map(({ clientId }) => clientId))).toEqual(new Set([acme.id]))
  })

  test('reads what happened, narrowed as WHMCS narrows it', async () => {
    const { activity, ...figures } = await call('GetActivityLog', { limitnum: 3 })
    expect(figures).toEqual(done({ totalresults: 4, startnumber: 0, numreturned: 3 }))
    expect(activity.entry[0].id).toBeGreaterThan(activity.entry[1].id)
    const next = await call('GetActivityLog', { limitstart: 1, limitnum: 2 })
    expect(next.activity.entry).toEqual(activity.entry.slice(1))
    const robot = await call('GetActivityLog', { user: 'Robot', description: 'Example Ltd' })
    expect(robot.activity.entry[0]).toMatchObject({ username: 'Robot', adminId: 0 })
    expect(robot.activity.entry[0].description).toContain('Example Ltd')
    expect(robot.activity.entry[0].date).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    expect((await call('GetActivityLog', { ipaddress: '203.0.113.9' })).activity.entry).toEqual([])
    expect((await call('GetActivityLog', { user: 'Nobody' })).activity.entry).toEqual([])
    const blind = whmcsCaller(house, await keyOf(house, { rights: ['list-clients'] }))
    expect(await blind('GetActivityLog')).toEqual(
      no('Invalid Permissions: API action "getactivitylog" is not allowed', 403),
    )
  })
})
