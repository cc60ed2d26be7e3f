import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('an admin looks after a client', () => {
  let house: TestHouse
  let ada: Visitor
  let base: string

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    base = `/admin/clients/${(await house.clientNamed('Acme Hosting')).id}`
  })

  const row = (name: string) =>
    ada.$('#lists .row-item').filter((_, one) => ada.$(one).find('.person-name').text().includes(name))
  const cell = (name: string, part: string) => row(name).find(part).text().replace(/\s+/g, ' ').trim()

  test('the Users tab names everyone, who owns it, what each may do, and when they last logged in here', async () => {
    await ada.visit(base)
    await ada.follow('Users')
    expect(ada.$('#lists .person-name').length).toBe(2)
    expect(row('Alice Ames').find('.tag-owner').text()).toBe('Owner')
    expect(row('Bob Brown').find('.tag-owner').length).toBe(0)
    expect(row('Bob Brown').text()).toContain('bob@example.com')
    expect(cell('Alice Ames', '.row-what')).toBe('All permissions')
    expect(cell('Bob Brown', '.row-what')).toBe('Services, invoices, tickets')
    expect(cell('Bob Brown', '.row-when')).toBe('Never logged in here')
    expect(ada.text).toContain('Nobody is waiting for an answer.')
  })

  test('“last login” is for this client: entering another one does not count', async () => {
    const bob = await house.user('bob')
    expect(bob.title, 'a login enters an own account first').toBe('Brown Bakery')
    await ada.visit(`${base}/users`)
    expect(cell('Bob Brown', '.row-when')).toBe('Never logged in here')
    await bob.visit('/user/accounts')
    await bob.press('Switch to Acme Hosting')
    await ada.visit(`${base}/users`)
    expect(cell('Bob Brown', '.row-when')).toBe('Last login just now')
  })

  test('Pending Invites: who was invited, by whom, when, and when it runs out', async () => {
    const alice = await house.user('alice')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    await ada.visit(`${base}/users`)
    expect(row('dora@example.com').text()).toContain('Invited by Alice Ames')
    expect(cell('dora@example.com', '.person time')).toBe('just now')
    expect(cell('dora@example.com', '.row-when')).toMatch(/^Runs out in 7 days$/)
    expect(row('dora@example.com').find('.row-when time').attr('title')).toMatch(/\d{4} at \d\d:\d\d UTC$/)
  })

  test('an admin resends and cancels; cancelling asks first', async () => {
    const first = await house.linkTo('dora@example.com')
    await ada.visit(`${base}/users`)
    await ada.press('Resend Invite: dora@example.com')
    expect(ada.told).toBe(
      'A new link went to dora@example.com. It works for 7 days; the old one does not any more.',
    )
    expect(row('dora@example.com').text(), 'whoever sent it last').toContain('Invited by Ada Admin')
    const second = await house.linkTo('dora@example.com')
    const dora = house.visitor()
    expect((await dora.visit(first)).status).toBe(404)
    expect((await dora.visit(second)).status).toBe(200)

    await ada.follow('Cancel Invite: dora@example.com')
    expect(ada.text).toContain('Cancel the invitation of dora@example.com?')
    expect((await dora.visit(second)).status, 'asking changes nothing').toBe(200)
    await ada.press('Cancel Invite')
    expect(ada.told).toBe('The invitation of dora@example.com is cancelled.')
    expect((await dora.visit(second)).status).toBe(404)
    expect(ada.$('details').text()).toContain('Cancelled')

    const { id } = await house.db('invitations').where({ email: 'dora@example.com' }).first()
    for (const step of ['resend', 'cancel']) {
      await ada.post(`${base}/invites/${id}/${step}`)
      expect([ada.status, ada.told]).toEqual([
        422,
        'This invitation is not pending any more: it was accepted, declined, cancelled or ran out in the meantime.',
      ])
    }
  })

  test('an invitation is reached only below its own client', async () => {
    const { id } = await house.db('invitations').first()
    const other = await house.clientNamed('Chen Labs')
    for (const step of ['resend', 'cancel']) {
      await ada.visit(`/admin/clients/${other.id}/invites/${id}/${step}`)
      expect([ada.status, ada.title]).toEqual([404, 'Not found'])
    }
  })

  test('the profile is edited: saved, found again, and said in the activity', async () => {
    await ada.visit(`${base}/profile`)
    await ada.press('Save', { 'Company name': 'Acme Cloud', Country: 'de', 'Phone number': '+49 30 1234' })
    expect(ada.told).toBe('The details are saved.')
    expect(ada.title).toBe('Acme Cloud')
    expect(ada.value('Country')).toBe('DE')
    await ada.visit(base)
    expect(ada.text).toContain('Ada Admin edited the details')
    const entry = await house.db('activity').where({ action: 'client.edited' }).first()
    expect(JSON.parse(entry.detail)).toEqual({
      before: { company_name: 'Acme Hosting', country: '', phone: '' },
      after: { company_name: 'Acme Cloud', country: 'DE', phone: '+49 30 1234' },
    })
    await ada.visit('/admin/clients?search=cloud')
    expect(ada.$('#clients .person-name').text()).toContain('Acme Cloud')
  })

  test('a profile that cannot be right is not saved, and stays as it was typed', async () => {
    await ada.visit(`${base}/profile`)
    await ada.press('Save', { 'Email address': 'nonsense', City: 'Berlin', Postcode: '1'.repeat(21) })
    expect(ada.status).toBe(422)
    expect(ada.told).toContain('That email address is not complete')
    expect(ada.told).toContain('This is too long: at most 20 characters.')
    expect([ada.value('City'), ada.value('Email address')]).toEqual(['Berlin', 'nonsense'])
    expect((await house.clientNamed('Acme Cloud')).city).toBe('')
  })
})
