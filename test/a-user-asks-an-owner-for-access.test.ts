import { beforeAll, describe, expect, test } from 'vitest'
import { inDays } from '../src/platform/clock.ts'
import { actAs } from './support/acting.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'
import { setLimit } from './support/wide-limits.ts'

const ASK = '/user/accounts/request'
const WORD = 'I keep <b>your</b> books\nnow.'

describe('a user asks an owner for access', () => {
  let house: TestHouse
  let carol: Visitor
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    await setLimit(house.db, 'requestsOfUser', 1_000)
    carol = await house.user('carol')
    alice = await house.user('alice', 'Acme Hosting')
  })

  const ask = async (by: Visitor, email: string, word = '') => {
    await by.visit(ASK)
    return by.press('Send request', { 'Email address of the owner': email, 'A word to the owner': word })
  }
  const requestsOf = (owner_email: string) => house.db('access_requests').where({ owner_email }).orderBy('id')
  const subjects = async (address: string) => (await house.mailTo(address)).map(({ subject }) => subject)
  const idFor = async (owner_email: string) => (await requestsOf(owner_email)).at(-1)?.id

  test('the owner gets a mail and a line in each account, invites from it, and that ends it', async () => {
    await carol.visit('/user/accounts')
    await carol.follow('Request access')
    expect(carol.title).toBe('Request access')
    await ask(carol, 'Alice@Example.com', WORD)
    expect(carol.told).toMatch(/^If the owner of an account has the address alice@example\.com/)
    const [mail] = await house.mailTo('alice@example.com')
    expect(mail?.subject).toBe('Carol Chen asks you for access')
    expect(mail?.text).toContain('Carol Chen (carol@example.com) asks for access to an account of yours.')
    expect(mail?.text).toContain('I keep <b>your</b> books now.')
    expect(mail?.html).not.toContain('<b>your')

    for (const account of ['Ames Consulting', 'Acme Hosting']) {
      await alice.visit('/user/accounts')
      if (alice.html.includes(`Switch to ${account}`)) await alice.press(`Switch to ${account}`)
      await alice.visit('/account/users')
      expect(alice.text).toContain('Requests for access 1')
    }
    await alice.follow('Invite: Carol Chen')
    expect(alice.value('Email address')).toBe('carol@example.com')
    await alice.press('Send Invite')
    expect(alice.told).toContain('carol@example.com is invited')
    expect(alice.text).not.toContain('Requests for access')
    expect(await requestsOf('alice@example.com')).toMatchObject([
      { status: 'invited', held_by_user_id: null },
    ])
    const { payload } = await house.db('hook_events').where({ name: 'AccessRequested' }).first()
    expect(JSON.parse(payload)).toMatchObject({
      user: { email: 'carol@example.com' },
      ownerEmail: 'alice@example.com',
    })
  })

  test('R22 the answer is the same, whoever has the address, and nobody else is told', async () => {
    const said: string[] = []
    for (const email of ['bob@example.com', 'nobody@example.com', 'ada@latchkey.test']) {
      await ask(carol, email)
      said.push(`${carol.status} ${carol.told.replace(email, 'X')}`)
    }
    expect(new Set(said).size).toBe(1)
    expect(await subjects('bob@example.com')).toContain('Carol Chen asks you for access')
    for (const email of ['nobody@example.com', 'ada@latchkey.test']) expect(await subjects(email)).toEqual([])
    const kept = await house
      .db('emails')
      .where({ template: 'access-request', to_address: 'nobody@example.com' })
    expect(kept).toMatchObject([{ status: 'superseded' }])
    // Her own log says the same of all of them.
    await carol.visit('/user/activity')
    expect(carol.text).toContain('asked the owner with the address nobody@example.com for access')
  })

  test('ignored: who asked is not told, and asking again reaches nobody', async () => {
    await ask(carol, 'alice@example.com', 'Please')
    await alice.visit('/account/users')
    const id = await idFor('alice@example.com')
    await alice.follow('Ignore: Carol Chen')
    expect(alice.text).toContain('Ignore the request of Carol Chen?')
    await alice.press('Ignore')
    expect(alice.told).toContain('The request of Carol Chen is removed.')
    expect(alice.text).not.toContain('Requests for access')
    await alice.post(`/account/users/requests/${id}/ignore`)
    expect(alice.status, 'a second click').toBe(404)

    const mails = (await subjects('alice@example.com')).length
    await ask(carol, 'alice@example.com', 'Please!')
    expect(carol.told).toMatch(/^If the owner/)
    expect((await subjects('alice@example.com')).length).toBe(mails)
    await alice.visit('/account/users')
    expect(alice.text).not.toContain('Requests for access')
    for (const page of ['/user/activity', '/user/accounts', ASK]) {
      await carol.visit(page)
      expect(carol.text).not.toMatch(/ignored/i)
    }
    await alice.visit('/account/activity')
    expect(alice.text).toContain('ignored the request for access of carol@example.com')
  })

  test('a request is over after 30 days, without a job', async () => {
    await house
      .db('access_requests')
      .where({ owner_email: 'alice@example.com' })
      .update({ expires_at: inDays(-1) })
    await ask(carol, 'alice@example.com')
    await alice.visit('/account/users')
    expect(alice.text).toContain('Requests for access')
    await house
      .db('access_requests')
      .where({ owner_email: 'alice@example.com' })
      .update({ expires_at: inDays(-1) })
    const id = await idFor('alice@example.com')
    await alice.visit('/account/users')
    expect(alice.text).not.toContain('Requests for access')
    await alice.post(`/account/users/requests/${id}/ignore`)
    expect(alice.status).toBe(404)
    await alice.visit(`/account/users?request=${id}`)
    expect(alice.value('Email address')).toBe('')
  })

  test('bad input: a sentence, and nothing of what was typed is lost', async () => {
    await ask(carol, 'carol@example.com', 'Me')
    expect([carol.status, carol.told]).toEqual([422, expect.stringContaining('your own address')])
    expect(carol.value('A word to the owner')).toBe('Me')
    await ask(carol, 'alice@', 'Me')
    expect(carol.status).toBe(422)
    await ask(carol, 'alice@example.com', 'Look at www.example.com')
    expect([carol.status, carol.told]).toEqual([422, expect.stringContaining('Leave out web addresses')])
    await ask(carol, 'alice@example.com', 'x'.repeat(501))
    expect([carol.status, carol.told]).toEqual([422, expect.stringContaining('500 characters')])
    expect(carol.value('A word to the owner')).toHaveLength(501)
    expect(carol.$('[autofocus]').attr('id')).toBe('word')
    await carol.post(ASK, { email: ['a@example.com', 'b@example.com'], word: { a: 'b' } })
    expect(carol.status).toBe(422)
  })

  test('H6 who has not proven an address neither asks nor is asked', async () => {
    const users = (email: string) => house.db('users').where({ email })
    const before = await users('carol@example.com').first()
    await users('carol@example.com').update({ email_verified_at: null })
    await carol.visit(ASK)
    expect(carol.text).toContain('Verify your own email address first')
    expect(carol.$('main form[action="/user/accounts/request"]').length).toBe(0)
    await carol.post(ASK, { email: 'alice@example.com' })
    expect([carol.status, carol.text]).toEqual([
      422,
      expect.stringContaining('Verify your own email address'),
    ])
    await users('carol@example.com').update({ email_verified_at: before.email_verified_at })

    const owner = await users('alice@example.com').first()
    await house.db('access_requests').delete()
    await users('alice@example.com').update({ email_verified_at: null })
    const mails = (await subjects('alice@example.com')).length
    await ask(carol, 'alice@example.com')
    await alice.visit('/account/users')
    expect(alice.text).not.toContain('Requests for access')
    expect((await subjects('alice@example.com')).length).toBe(mails)
    await users('alice@example.com').update({ email_verified_at: owner.email_verified_at })
    await alice.visit('/account/users')
    expect(alice.text).toContain('Requests for access')
  })

  test('only the owner answers: neither a user of the account nor the owner of another one', async () => {
    const id = await idFor('alice@example.com')
    const bob = await house.user('bob', 'Acme Hosting')
    await bob.post(`/account/users/requests/${id}/ignore`)
    expect(bob.status).toBe(403)
    const other = await house.user('bob', 'Brown Bakery')
    await other.post(`/account/users/requests/${id}/ignore`)
    expect(other.status).toBe(404)
    await other.visit(`/account/users?request=${id}`)
    expect(other.html).not.toContain('carol@example.com')
    expect(await requestsOf('alice@example.com')).toMatchObject([{ status: 'open' }])
  })

  test('H7 an admin who acts as the user sees the requests and neither asks nor answers', async () => {
    const ada = await actAs(house, await house.admin(), 'alice')
    await ada.visit('/user/accounts')
    if (ada.html.includes('Switch to Acme Hosting')) await ada.press('Switch to Acme Hosting')
    expect((await ada.visit('/account/users')).text).toContain('Requests for access')
    expect(ada.$('#request-1 a, .row-actions a[href*="request"]').length).toBe(0)
    await ada.visit(ASK)
    expect([ada.status, ada.$('main form').length]).toEqual([200, 0])
    await ada.post(ASK, { email: 'bob@example.com' })
    expect(ada.status).toBe(403)
    const id = await idFor('alice@example.com')
    await ada.post(`/account/users/requests/${id}/ignore`)
    expect(ada.status).toBe(403)
    expect(await requestsOf('alice@example.com')).toMatchObject([{ status: 'open' }])
  })

  test('a user asks five times a day at most; an owner is mailed three times', async () => {
    await house.db('limits').delete()
    await setLimit(house.db, 'requestsOfUser', 5)
    for (const nth of [1, 2, 3, 4, 5]) await ask(carol, `nobody${nth}@example.com`)
    await ask(carol, 'nobody6@example.com', 'Me')
    expect([carol.status, carol.told]).toEqual([429, expect.stringContaining('5 a day')])
    expect(carol.value('A word to the owner')).toBe('Me')
    expect(await requestsOf('nobody6@example.com')).toEqual([])

    await house.db('limits').delete()
    await setLimit(house.db, 'mailsToOwner', 1)
    await house.db('access_requests').delete()
    const mails = (await subjects('alice@example.com')).length
    await ask(carol, 'alice@example.com')
    const bob = await house.user('bob')
    await ask(bob, 'alice@example.com')
    expect((await subjects('alice@example.com')).length).toBe(mails + 1)
    const waits = { template: 'access-request', to_address: 'alice@example.com', status: 'waiting' }
    expect(await house.db('emails').where(waits)).toHaveLength(1)
  })

  test('R17 the page of a dead link leads there, and names nobody', async () => {
    const visitor = house.visitor()
    await visitor.visit('/invite/1.not-a-link')
    expect(visitor.status).toBe(404)
    expect(visitor.text).not.toMatch(/Alice|Acme/)
    await visitor.follow('Request access')
    await visitor.press('Log in', { 'Email address': 'carol@example.com', Password: 'open-sesame-42' })
    expect(visitor.title).toBe('Request access')
  })
})
