import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('somebody declines an invitation', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice')
  })

  const linkFor = async (email: string) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email })
    return house.linkTo(email)
  }
  const DEAD = [404, 'This invitation does not work any more.']

  test('without a login; the inviter is told, and the link is dead', async () => {
    const link = await linkFor('dora@example.com')
    const dora = await house.visitor().visit(link)
    const again = await house.visitor().visit(link)
    await dora.press('Decline')
    expect([dora.status, dora.title]).toEqual([200, 'You declined the invitation to Acme Hosting'])
    expect(dora.text).toContain('By mistake? Ask whoever invited you')
    expect(dora.$('main a').attr('href')).toBe('/login')
    const [mail] = await house.mailTo('alice@example.com')
    expect(mail?.subject).toBe('The invitation to Acme Hosting was declined')
    expect(mail?.text).toContain('that was sent to dora@example.com was declined')

    await again.press('Decline')
    expect([again.status, again.title], 'a second click').toEqual(DEAD)
    expect([(await dora.visit(link)).status, dora.title]).toEqual(DEAD)
    expect(await house.db('activity').where({ action: 'invite.declined' })).toHaveLength(1)
    expect(await house.mailTo('alice@example.com')).toHaveLength(1)
  })

  test('it stays visible among the earlier ones, and the address can be invited again', async () => {
    await alice.visit('/account/users')
    expect(alice.$('#pending .count').text()).toBe('0')
    expect(alice.$('details.panel').text()).toMatch(/dora@example\.com.*Declined/s)
    const link = await linkFor('dora@example.com')
    expect(alice.told).toBe('dora@example.com is invited. The link in the mail works for 7 days.')
    expect((await house.visitor().visit(link)).status).toBe(200)
  })

  test('with a login: it stays as it is', async () => {
    const carol = await house.user('carol')
    await carol.visit(await linkFor('carol@example.com'))
    await carol.press('Decline')
    expect(carol.title).toBe('You declined the invitation to Acme Hosting')
    await carol.follow('Your accounts')
    expect([carol.status, carol.path]).toEqual([200, '/user/accounts'])
    expect(carol.text).not.toContain('Acme Hosting')
    expect(
      await house.db('activity').where({ action: 'invite.declined', actor_name: 'Carol Chen' }),
    ).toHaveLength(1)
  })

  test('with a word to the inviter, as it was typed, in the mail and in the list', async () => {
    const word = 'Not me,\nask <b>Dora</b> & co'
    const dora = await house.visitor().visit(await linkFor('fay@example.com'))
    await dora.press('Decline', { 'A word to Alice Ames': word })
    expect(dora.title).toBe('You declined the invitation to Acme Hosting')
    const [mail] = await house.mailTo('alice@example.com')
    expect(mail?.text, 'nothing of it stands there as if we said it').toContain(
      '> Not me,\n> ask <b>Dora</b> & co\n',
    )
    expect(mail?.html).toContain('<blockquote')
    expect(mail?.html).not.toContain('<b>Dora')
    await alice.visit('/account/users')
    expect(alice.$('details.panel').text()).toContain('They wrote: Not me,')
    expect(alice.$('details.panel b')).toHaveLength(0)
  })

  test('no sign in it makes what stands around it read backwards', async () => {
    const dora = await house.visitor().visit(await linkFor('gus@example.com'))
    await dora.press('Decline', { 'A word to Alice Ames': 'No\u202e, thanks\u2066.' })
    expect((await house.db('invitations').where({ email: 'gus@example.com' }).first()).decline_word).toBe(
      'No, thanks.',
    )
  })

  test('a word that is too long is refused, and nothing of it is lost', async () => {
    const link = await linkFor('finn@example.com')
    const word = 'w'.repeat(501)
    const finn = await house.visitor().visit(link)
    await finn.press('Decline', { 'A word to Alice Ames': word })
    expect([finn.status, finn.value('A word to Alice Ames')]).toEqual([422, word])
    expect(finn.told).toContain('That is too long: at most 500 characters.')
    expect((await house.db('invitations').where({ email: 'finn@example.com' }).first()).status).toBe(
      'pending',
    )
    await finn.press('Decline', { 'A word to Alice Ames': word.slice(1) })
    expect(finn.status).toBe(200)
  })

  test('what was accepted cannot be declined any more', async () => {
    const link = await linkFor('erik@example.com')
    const carol = await house.user('carol')
    await carol.visit(link)
    const open = await carol.newTab().visit(link)
    await carol.press('Accept')
    await open.press('Decline')
    expect([open.status, open.title]).toEqual(DEAD)
    expect((await carol.visit('/clientarea')).title).toBe('Acme Hosting')
  })

  test('an admin who invited is told as well', async () => {
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${(await house.clientNamed('Chen Labs')).id}/users/associate`)
    await ada.press('Invite User', {
      'Name or email address': 'gus@example.com',
      'Create new user': true,
      'Check All': true,
    })
    const gus = await house.visitor().visit(await house.linkTo('gus@example.com'))
    expect(gus.title).toBe('Ada Admin invites you to Chen Labs')
    await gus.press('Decline')
    const [mail] = await house.mailTo('ada@latchkey.test')
    expect(mail?.subject).toBe('The invitation to Chen Labs was declined')
  })
})
