import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { inMinutes, timestamp } from '../../src/platform/clock.ts'
import { axeFinds, logIn, sidewaysPixels, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

const CRM = `module.exports = (addHook) => addHook('InviteSent', 1, () => { throw new Error('${'crm answered 503 '.repeat(20)}') })`
const LONG = `${'a-very-long-name'.repeat(3)}@${'department.'.repeat(6)}example.com`
const NARROW = { width: 390, height: 844 }

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>
let ada: Page

beforeAll(async () => {
  house = await startHouse({ hooks: { 'crm.js': CRM } })
  browser = await startBrowser(house.appUrl)
  const alice = await house.user('alice', 'Acme Hosting')
  for (const email of ['dora@example.com', 'erik@example.com', LONG]) {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email })
  }
  await house.delivery.settled()
  const failed = {
    status: 'failed',
    attempts: 12,
    error: `550 ${'x'.repeat(200)}`,
    created_at: inMinutes(-90),
  }
  await house.db('emails').where({ to_address: LONG }).update(failed)
  const seen = { file: 'crm.js', name: 'InviteSent', on_failure: 'allow', first_seen_at: timestamp() }
  const hook = 'crm.js#InviteSent'
  if (!(await house.db('hook_functions').where({ hook }).first()))
    await house.db('hook_functions').insert({ hook, priority: 1, ...seen, last_seen_at: timestamp() })
  await house.db('hook_deliveries').update({ created_at: inMinutes(-30) })
  ada = await browser.open()
  await logIn(ada, 'ada@latchkey.test', '/admin/login')
})

const rows = () => ada.locator('#emails .row-item')
const inFrame = (page: Page, text: string) => page.frameLocator('iframe').getByText(text).waitFor()

test('the list narrows while one types, the place for it keeps the focus, and the status joins in', async () => {
  await ada.locator('#more > summary').click()
  await ada.getByRole('link', { name: 'Emails', exact: true }).click()
  await rows().nth(2).waitFor()
  const search = ada.getByLabel('Search by address, subject or client')
  await search.pressSequentially('erik')
  await rows().nth(1).waitFor({ state: 'detached' })
  expect(await rows().innerText()).toContain('erik@example.com')
  expect(await search.evaluate((one) => one === document.activeElement)).toBe(true)
  await ada.getByLabel('Status').selectOption('failed')
  await ada.getByText('No email found.').waitFor()
  await search.fill('')
  await rows().first().waitFor()
  expect(await rows().innerText()).toContain('Failed')
  await search.fill('dora')
  await ada.getByLabel('Status').selectOption('')
  await search.press('Enter')
  await ada.waitForURL(/search=dora/)
  expect(await rows().innerText()).toContain('dora@example.com')
})

test('a message shows in its frame, however one came, and again after Retry', async () => {
  await ada.getByRole('link', { name: 'Clients', exact: true }).click()
  await ada.getByRole('heading', { level: 1, name: 'Clients' }).waitFor()
  await ada.locator('#more > summary').click()
  await ada.getByRole('link', { name: 'Emails', exact: true }).click()
  await ada.getByRole('link', { name: LONG }).click()
  await inFrame(ada, 'What you will be able to do:')
  await ada.getByRole('button', { name: 'Retry' }).click()
  await ada.getByText('is on its way again.').waitFor()
  await inFrame(ada, 'What you will be able to do:')
  await ada.getByText('As plain text').click()
  await ada.locator('pre').getByText('[link left out]').waitFor()
  await house.delivery.settled()
  await house.db('emails').where({ to_address: LONG }).update({ status: 'failed', error: '550 again' })
})

test('what looks like a button in the message leads nowhere', async () => {
  const before = ada.url()
  await ada.frameLocator('iframe').getByText('See the invitation').click()
  await inFrame(ada, 'See the invitation')
  expect([ada.url(), ada.frames().at(1)?.url()]).toEqual([before, `${before}/html`])
})

test('Retry all failed asks in a dialog, by keyboard alone', async () => {
  await ada.goto('/admin/emails')
  const link = ada.getByRole('link', { name: 'Retry all failed' })
  await link.focus()
  await ada.keyboard.press('Enter')
  await ada.getByRole('dialog').getByText('Failed emails: 1').waitFor()
  expect(await axeFinds(ada)).toEqual([])
  await ada.keyboard.press('Escape')
  await ada.getByRole('dialog').waitFor({ state: 'hidden' })
  await link.click()
  await ada.getByRole('dialog').getByRole('button', { name: 'Retry all failed' }).click()
  await ada.getByText('Failed emails that are on their way again: 1.').waitFor()
  await house.delivery.settled()
})

test('hooks: from the list to a delivery, Retry, its event, Replay; End asks in a dialog', async () => {
  await ada.locator('#more > summary').click()
  await ada.getByRole('link', { name: 'Hooks', exact: true }).click()
  await ada.getByRole('link', { name: 'See deliveries' }).click()
  await ada.locator('#deliveries .row-item').nth(2).waitFor()
  await ada.getByLabel('Status').selectOption('failed')
  await ada.getByText('No delivery found.').waitFor()
  await ada.getByLabel('Status').selectOption('waiting')
  await ada.locator('#deliveries').getByRole('link').first().click()
  await ada.getByRole('button', { name: 'Retry' }).click()
  await ada.getByText('The function runs again.').waitFor()
  await ada.getByRole('link', { name: 'See the event, and replay it' }).click()
  await ada.getByLabel('Function').selectOption('crm.js#InviteSent')
  await ada.getByRole('button', { name: 'Replay' }).click()
  await ada.getByText('The function is told of the event again.').waitFor()
  await ada.getByRole('link', { name: 'Hooks', exact: true }).first().click()
  await ada.getByRole('link', { name: 'End' }).first().click()
  await ada.getByRole('dialog').getByText('End InviteSent of crm.js?').waitFor()
  await ada.getByRole('dialog').getByRole('link', { name: 'Keep it' }).click()
  await ada.getByRole('dialog').waitFor({ state: 'hidden' })
})

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test('every page passes axe, and nothing scrolls sideways on a telephone', async () => {
    const page = await browser.open({ colorScheme, viewport: NARROW, reducedMotion: 'reduce' })
    await logIn(page, 'ada@latchkey.test', '/admin/login')
    const { id: email } = await house.db('emails').where({ to_address: LONG }).first()
    const { id: delivery, event_id: event } = await house.db('hook_deliveries').first()
    const { id: client } = await house.clientNamed('Acme Hosting')
    const wrong: string[] = []
    for (const path of [
      ...['emails', `emails/${email}`, 'emails/retry-failed', `clients/${client}/emails`, 'hooks', 'system'],
      ...['hooks/deliveries', `hooks/deliveries/${delivery}`, `hooks/events/${event}`],
    ]) {
      await page.goto(`/admin/${path}`)
      wrong.push(...(await axeFinds(page)).map((finding) => `${path}: ${finding}`))
      if ((await sidewaysPixels(page)) > 0) wrong.push(`${path}: it scrolls sideways`)
    }
    expect(wrong).toEqual([])
    await page.goto(`/admin/emails/${email}`)
    await inFrame(page, 'What you will be able to do:')
  })
})

test('no page complained', () => {
  expect(browser.complaints).toEqual([])
})
