import { readFileSync } from 'node:fs'
import { load } from 'cheerio'
import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { askForReviews } from '../src/domain/access-review.ts'
import { jobs } from '../src/jobs.ts'
import { inDays, timestamp } from '../src/platform/clock.ts'
import { type Kept, readMailbox } from '../src/platform/mail.ts'
import { typedProof } from './support/admins.ts'
import { caller, keyOf, tokenOf } from './support/api.ts'
import { bySystem } from './support/asked-for.ts'
import { addPasskey } from './support/authenticator.ts'
import { setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { nearTheEnd, remind } from './support/reminding.ts'
import { ROOT, readSources } from './support/sources.ts'
import { offerTo } from './support/transfers.ts'
import type { Visitor } from './support/visitor.ts'

const COMPANY = `Fish & <Chips> "O'Neil"`
const LONG = 'a long sentence of mine'

/** Every kind that there is: a template, a subject. */
const KINDS = readSources('views/emails', '.html.eta')
  .map(({ path }) => path.replace(/.*\/|\.html\.eta/g, ''))
  .filter((name) => !name.startsWith('_'))
  .sort()

async function carolAsks(house: TestHouse) {
  const carol = await house.user('carol')
  await carol.visit('/user/accounts/request')
  await carol.press('Send request', {
    'Email address of the owner': 'alice@example.com',
    'A word to the owner': 'I keep <your> books & more.',
  })
  const { owner_id } = await house.clientNamed(COMPANY)
  await house
    .db('users')
    .where({ id: owner_id })
    .update({ review_asked_at: inDays(-100) })
  await askForReviews(house.db, () => bySystem())
  await house.mailTo('alice@example.com')
}

describe('every e-mail can be read, as HTML and as text', () => {
  let house: TestHouse
  let mails: { template: string; mail: Kept }[]

  // Each kind, from a story in which it is really sent, for a client and people with difficult names.
  beforeAll(async () => {
    const dayIn = (days: number) => inDays(days).slice(0, 10)
    const runJob = (name: string) => jobs.find((job) => job.name === name)?.run(house.db)
    house = await startHouse({ environment: { TIME_ZONE: 'Europe/Berlin' } })
    const ada = await house.admin()
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/details')
    await alice.press('Save', { 'Company name': COMPANY })
    const { id } = await house.clientNamed(COMPANY)
    const users = `/admin/clients/${id}/users`
    await tokenOf(house, 'carol@example.com', COMPANY)

    const invite = async (email: string) => {
      await alice.visit('/account/users')
      await alice.press('Send Invite', { 'Email address': email })
      const visitor = house.visitor()
      return visitor.visit(await house.linkTo(email))
    }
    const dora = { 'First name': 'Dóra', 'Last name': "D'Arc & Co", Password: LONG }
    const first = await invite('dora@example.com')
    await first.press('Create account', { ...dora, 'Email address': 'dora@example.com' })
    const second = await invite('erik@example.com')
    await invite('fay@example.com')
    await nearTheEnd(house, 'fay@example.com')
    await remind(house)
    await second.press('Decline', { 'A word to Alice Ames': 'No <b>thanks</b> & bye' })

    await house.user('bob')
    await transfers(alice, id)
    await ada.visit(users)
    await ada.follow('Manage User: Bob Brown')
    await ada.press('Save', { 'View Domains': true, 'Access until': dayIn(30) })
    await ada.post(`${users}/2/suspend`)
    await ada.post(`${users}/2/resume`)
    await ada.post(`${users}/2`, { permissions: 'tickets', ends_on: dayIn(3) })
    await runJob('end-access')
    await ada.post(`${users}/associate`, {
      ...{ user_id: '3', send_invite: 'no', permissions: 'tickets', confirmed: '1' },
    })
    const leaver = await house.user('carol', COMPANY)
    await leaver.post(`/user/accounts/${id}/leave`)
    await house
      .db('associations')
      .where({ client_id: id, user_id: 2 })
      .update({ ends_at: inDays(-1) })
    await runJob('end-access')
    await ada.post(`${users}/associate`, { user_id: '2', send_invite: 'no', permissions: 'tickets' })
    await ada.visit(users)
    await ada.follow("Manage User: Dóra D'Arc & Co")
    await ada.press('Save', { 'Make Owner': true })
    await ada.follow('Manage User: Bob Brown')
    await ada.follow('Remove Access')
    await ada.press('Remove Access')
    await ada.post(`${users}/associate`, { user_id: '2', send_invite: 'yes', permissions: 'tickets' })

    const visitor = house.visitor()
    for (const email of ['gus@example.com', 'carol@example.com']) {
      await visitor.visit('/register')
      await visitor.press('Create account', { ...dora, 'Email address': email })
    }
    await visitor.visit('/password/reset')
    await visitor.press('Send link', { 'Email address': 'bob@example.com' })
    await carolAsks(house)
    // A second browser of hers.
    await house.user('alice')
    await visitor.visit(await house.linkTo('bob@example.com'))
    await visitor.press('Set password', { 'New password': LONG })
    for (const email of ['carol@example.com', 'dora@example.net'])
      await (await first.visit('/user/profile')).press('Change address', {
        'New email address': email,
        'Current password': LONG,
      })
    await first.visit(await house.linkTo('dora@example.net'))
    await first.press('Confirm')
    const back = house.visitor()
    await back.visit(await house.linkTo('dora@example.com'))
    await back.press('Take it back')
    const carol = await house.user('carol')
    const { recovery } = await setUpTwoFactor(carol)
    await carol.follow('I have kept them')
    await carol.press('Turn off', { 'Current password': PASSWORD, Code: recovery[0] ?? '' })
    await ada.visit('/admin/admins/new')
    const pat = { Name: "Pat O'Neil & Co", 'Email address': 'pat@latchkey.test', Support: true }
    await ada.press('Add admin', { ...pat, ...typedProof })
    await visitor.visit(await house.linkTo('pat@latchkey.test'))
    await visitor.press('Set password', { 'New password': LONG })
    await visitor.visit('/admin/password/reset')
    await visitor.press('Send link', { 'Email address': 'pat@latchkey.test' })
    const admin = await house.db('admins').where({ email: 'pat@latchkey.test' }).first()
    await house.db('admins').where({ id: admin.id }).update({ factors: 1 })
    await ada.post(`/admin/admins/${admin.id}/remove-factor`, { current_password: PASSWORD })
    await ada.visit(`/admin/admins/${admin.id}`)
    await ada.press('Save', {
      ...typedProof,
      'Email address': 'pat.oneil@latchkey.test',
      'Read-only': true,
    })
    for (const step of ['disable', 'enable'])
      await ada.post(`/admin/admins/${admin.id}/${step}`, { current_password: PASSWORD })
    await addPasskey(carol)
    await carol.follow('I have kept them')
    await carol.follow('Manage: Phone')
    await carol.press('Remove passkey', { 'Current password': PASSWORD })
    const again = await setUpTwoFactor(carol)
    const proof = { password: PASSWORD, code: again.recovery[0] ?? '' }
    await carol.post('/user/security/recovery-codes', proof)
    const { id: carolId } = await house.db('users').where({ email: 'carol@example.com' }).first('id')
    await ada.visit(`/admin/users/${carolId}/remove-factor`)
    await ada.press('Remove two-factor', typedProof)
    await ada.press('Change address', { 'New email address': 'carol@example.net', ...typedProof })
    const { id: doraId } = await house.db('users').where({ first_name: 'Dóra' }).first('id')
    await ada.visit(`/admin/users/${doraId}/merge?preview=1&other=${carolId}`)
    await ada.press('Merge the logins', typedProof)
    await house.mailTo('nobody')

    const rows = await house.db('emails').orderBy('id')
    const kept = readMailbox(`${house.folder}/mail`)
    mails = rows.map((row) => {
      const mail = kept.find(({ subject, to }) => subject === row.subject && to === row.to_address)
      if (!mail) throw new Error(`${row.template} was not sent: ${row.error}`)
      return { template: row.template, mail }
    })
  })

  /** Each end but the good one. */
  async function transfers(alice: Visitor, client_id: number) {
    const bob = await house.user('bob')
    const robot = caller(house, await keyOf(house))
    const two = { emails: ['one@example.com', 'two@example.com'], permissions: ['tickets'] }
    await robot('POST', `/clients/${client_id}/invitations/batch`, two)
    await robot('POST', `/clients/${client_id}/transfers`, { user_id: 2 })
    await bob.visit(await house.linkTo('bob@example.com'))
    await bob.press('Decline')
    await offerTo(alice, 'Bob Brown')
    // A message that is over is not sent.
    await house.mailTo('nobody')
    await alice.press('Cancel transfer')
    await offerTo(alice, 'Bob Brown')
    await house.mailTo('nobody')
    await house
      .db('ownership_transfers')
      .where({ open_client_id: client_id })
      .update({ expires_at: timestamp() })
    await jobs.find(({ name }) => name === 'expire-transfers')?.run(house.db)
  }

  test('each kind was sent', () => {
    expect([...new Set(mails.map(({ template }) => template))].sort()).toEqual(KINDS)
    expect(mails.length).toBeGreaterThan(KINDS.length)
  })

  const wordsOf = (html: string) => {
    const $ = load(html)
    $('head').remove()
    return $('body').text().replace(/\s+/g, ' ').trim()
  }

  test.each(KINDS)('%s', (kind) => {
    for (const { mail } of mails.filter(({ template }) => template === kind)) {
      const { subject, html, text } = mail
      for (const part of [subject, html, text]) {
        expect(part).not.toMatch(/undefined|\[object|NaN|Invalid Date|\{\w+\}|<%|%>/)
        expect(part, 'escaped once').not.toMatch(/&amp;(amp|lt|gt|quot|#39);/)
      }
      expect(subject.length).toBeGreaterThan(10)
      expect(text, 'text is no HTML').not.toMatch(/&amp;|&lt;|&#\d+;|&quot;|<\/?(p|a|div|br)\b/)
      expect(text, 'no wide gaps').not.toMatch(/\n{3,}|[ \t]\n/)
      expect(html, 'names are text').not.toContain('<Chips>')
      expect(html, 'nothing runs, nothing is fetched').not.toMatch(/<script|<link|src="http|@import| on\w+=/)

      const words = wordsOf(html)
      for (const line of text.split('\n').filter((line) => /[.!?]$/.test(line) && !line.startsWith('-')))
        expect(words, 'HTML says what the text says').toContain(line.replace(/\s+/g, ' '))
      const links = [...text.matchAll(/https?:\/\/\S+\/\S+/g)].map(([link]) => link)
      for (const link of links) expect(load(html)(`a[href="${link}"]`).length, link).toBe(1)
      expect(text).toContain(`Sent by Latchkey, ${house.appUrl}`)
    }
  })

  test('names are written as they are, in the subject, too', () => {
    const invitation = mails.find(({ template }) => template === 'invitation')?.mail
    expect(invitation?.subject).toBe(`Alice Ames invited you to ${COMPANY}`)
    expect(invitation?.text).toContain(`Alice Ames invites you to ${COMPANY}.`)
    expect(wordsOf(invitation?.html ?? '')).toContain(`Alice Ames invites you to ${COMPANY}.`)
    const accepted = mails.find(({ template }) => template === 'invitation-accepted')?.mail
    expect(accepted?.text).toContain(`Dóra D'Arc & Co is now a user of ${COMPANY}.`)
  })

  test('times name their zone', () => {
    const invitation = mails.find(({ template }) => template === 'invitation')?.mail
    expect(invitation?.text).toMatch(/until \d+ \w+ \d{4} at \d\d:\d\d Europe\/Berlin\./)
  })

  test('every kind has both templates', () => {
    for (const kind of KINDS)
      expect(readFileSync(`${ROOT}/views/emails/${kind}.text.eta`, 'utf8')).toContain('layout')
  })
})
