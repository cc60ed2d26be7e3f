import { beforeEach, describe, expect, test } from 'vitest'
import { claimEmails, type Send } from '../src/domain/emails.ts'
import { requestReset } from '../src/domain/password-resets.ts'
import { endWorker, startWorker } from '../src/domain/workers.ts'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const BOB = 'bob@example.com'
const NAMES = { first_name: 'Dora', last_name: 'Diaz', company_name: '', password: 'a long sentence of mine' }

describe('nobody is pestered with mail that anybody may ask for', () => {
  let house: TestHouse

  beforeEach(async () => {
    house = await startHouse({ limited: true })
  })

  const received = async (email: string) => (await house.mailTo(email)).length
  const statusesOf = async (email: string) => {
    await house.mailTo(email)
    const rows = await house.db('emails').where({ to_address: email }).orderBy('id')
    return rows.map(({ status, fault }) => fault ?? status)
  }
  /** Each is delivered before the next is asked for: of several at once any may be the one too many. */
  async function ask(email: string, times = 1) {
    const stranger = house.visitor()
    for (let time = 1; time <= times; time++) {
      await stranger.post('/password/reset', { email })
      await house.mailTo(email)
    }
    return stranger
  }
  const latest = (email: string) =>
    house.db('emails').where({ to_address: email }).orderBy('id', 'desc').first()

  test('H17 five an hour to one address, then none; the page is the same for every address', async () => {
    await ask(BOB, 5)
    const link = await house.linkTo(BOB)
    const [more, unknown] = [await ask(BOB, 2), await ask('nobody@example.com')]
    expect(more.status).toBe(200)
    expect(more.html.replaceAll(BOB, 'X')).toBe(unknown.html.replaceAll('nobody@example.com', 'X'))
    expect(await statusesOf(BOB)).toEqual([...Array(5).fill('sent'), 'limit', 'limit'])
    expect(await received('carol@example.com'), 'each address by itself').toBe(0)
    await ask('carol@example.com')
    expect(await received('carol@example.com')).toBe(1)

    const bob = await house.visitor().visit(link)
    await bob.press('Set password', { 'New password': 'a long sentence of mine' })
    expect(bob.path, 'the ones before still work').toBe('/login')
    expect(await house.db('limits').where('key', 'like', `%${BOB}%`), 'no address is kept').toEqual([])
  })

  test('whatever its kind; in the next hour others come, so that nobody is kept from a new password', async () => {
    const stranger = await ask(BOB, 3)
    for (let times = 0; times < 3; times++) {
      await stranger.post('/register', { ...NAMES, email: BOB })
      await house.mailTo(BOB)
    }
    expect(await statusesOf(BOB)).toEqual([...Array(5).fill('sent'), 'limit'])
    moveClock(61)
    await ask(BOB, 6)
    expect(await received(BOB)).toBe(10)
    const link = await house.linkTo(BOB)
    moveClock(58)
    expect((await house.visitor().visit(link)).status, 'the latest works').toBe(200)
    await ask(BOB)
    expect(await received(BOB)).toBe(10)
    moveClock(4)
    await ask(BOB)
    expect(await received(BOB)).toBe(11)
  })

  test('registering and verifying are counted, too, for known addresses and others', async () => {
    const stranger = house.visitor()
    for (let times = 0; times < 6; times++)
      await stranger.post('/register', { ...NAMES, email: 'dora@example.com' })
    expect(await received('dora@example.com')).toBe(5)
    await house.db('users').where({ email: BOB }).update({ email_verified_at: null })
    const bob = await house.user('bob')
    for (let times = 0; times < 6; times++) await bob.post('/user/verify')
    expect(await received(BOB)).toBe(5)
    expect(bob.status).toBe(200)
  })

  test('an admin sees why, cannot send it again, but can send another', async () => {
    await ask(BOB, 6)
    await house.mailTo(BOB)
    const ada = await house.admin()
    const { id } = await latest(BOB)
    await ada.visit(`/admin/emails/${id}`)
    expect(ada.text).toContain('This address got as many emails of this kind as it may')
    await ada.post(`/admin/emails/${id}/retry`)
    expect([ada.status, await received(BOB)]).toEqual([422, 5])
    const { id: userId } = await house.db('users').where({ email: BOB }).first()
    await ada.post(`/admin/users/${userId}/send-reset`)
    expect(await received(BOB)).toBe(6)
    const bob = await house.visitor().visit(await house.linkTo(BOB))
    expect(bob.title).toBe('Set a new password')
  })

  test('an admin sets how many', async () => {
    const ada = await house.admin()
    await ada.visit('/admin/settings')
    await ada.press('Save', {
      'Emails with a link that anybody may ask for, to one address in an hour': '2',
    })
    expect(ada.told).toBe('The settings are saved.')
    await ask(BOB, 3)
    expect(await received(BOB)).toBe(2)
  })

  test('what the mail server did not take does not count', async () => {
    await house.delivery.settled()
    await house.delivery.stop()
    const by = { kind: 'visitor' as const, id: null, name: '', ip: '', entries: { next: 0 } }
    await requestReset(house.db, { ...by, requestId: 'not taken' }, BOB)
    const worker = await startWorker(house.db)
    const deliver = async (send: Send) => {
      for (const run of await claimEmails(house.db, worker, send, 10)) await run()
      await house.db('emails').where({ status: 'waiting' }).update({ next_attempt_at: '2020-01-01' })
      return (await latest(BOB)).status
    }
    const refuse = () => Promise.reject(new Error('421 come again later'))
    for (let times = 1; times <= 6; times++) expect(await deliver(refuse)).toBe('waiting')
    expect(await deliver(async () => {})).toBe('sent')
    await endWorker(house.db, worker)
  })
})
