import type { Page, Request } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { logIn, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>
let ada: Page

beforeAll(async () => {
  house = await startHouse()
  browser = await startBrowser(house.appUrl)
  ada = await browser.open()
  await logIn(ada, 'ada@latchkey.test', '/admin/login')
  await ada.goto('/admin/clients')
  await ada.getByRole('link', { name: 'Acme Hosting' }).click()
  await ada.getByRole('link', { name: 'Users', exact: true }).click()
})

const button = (name: string) => ada.getByRole('button', { name, exact: true })

test('users are found while typing, and what else was filled in stays', async () => {
  await ada.getByRole('link', { name: 'Associate User' }).click()
  await ada.getByLabel('View Domains').check()
  await ada.getByLabel('Select User').pressSequentially('car')
  await ada.getByRole('radio', { name: 'Carol Chen' }).waitFor()
  expect(await ada.getByRole('radio', { name: 'Bob Brown' }).count()).toBe(0)
  expect(await ada.getByLabel('View Domains').isChecked()).toBe(true)

  await ada.getByLabel('Name or email address').fill('bob')
  const bob = ada.getByRole('radio', { name: 'Bob Brown' })
  await bob.waitFor()
  expect(await bob.isDisabled(), 'he is a user here already').toBe(true)
})

test('Check All checks all, and follows the boxes', async () => {
  const all = ada.getByLabel('Check All')
  const boxes = ada.locator('[name="permissions"]')
  await all.check()
  expect(await boxes.evaluateAll((list) => list.every((box) => (box as HTMLInputElement).checked))).toBe(true)
  await ada.getByLabel('View Emails').uncheck()
  expect(await all.isChecked()).toBe(false)
  await ada.getByLabel('View Emails').check()
  expect(await all.isChecked()).toBe(true)
  await all.uncheck()
  expect(await boxes.evaluateAll((list) => list.some((box) => (box as HTMLInputElement).checked))).toBe(false)
})

test('the button says what will happen; names are asked for only where they are needed', async () => {
  expect(await button('Invite User').isVisible()).toBe(true)
  expect(await button('Associate User').isVisible()).toBe(false)
  await ada.getByRole('radio', { name: 'Create new user' }).check()
  expect(await ada.getByLabel('First name').isVisible()).toBe(false)
  await ada.getByLabel('No', { exact: true }).check()
  expect(await button('Associate User').isVisible()).toBe(true)
  expect(await button('Invite User').isVisible()).toBe(false)
  expect(await ada.getByLabel('First name').isVisible()).toBe(true)
})

test('a wrong form keeps what was typed and leads to the first wrong field', async () => {
  await ada.getByLabel('Name or email address').fill('new.person@example.com')
  await ada.getByRole('radio', { name: 'Create new user' }).check()
  await ada.getByLabel('View & Pay Invoices').check()
  await button('Associate User').click()
  await ada.getByText('Enter a first name.').waitFor()
  const first = ada.getByLabel('First name')
  expect(await first.evaluate((field) => field === document.activeElement)).toBe(true)
  expect(await ada.getByLabel('Name or email address').inputValue()).toBe('new.person@example.com')
  expect(await ada.getByLabel('View & Pay Invoices').isChecked()).toBe(true)
  await first.fill('New')
  await ada.getByLabel('Last name').fill('Person')
  await button('Associate User').click()
  await ada.getByText('new.person@example.com is associated.').waitFor()
  await ada.getByText('New Person').waitFor()
})

test('a question opens in a dialog; Escape, Keep it and a click beside it change nothing', async () => {
  await ada.getByRole('link', { name: 'Associate User' }).click()
  await ada.getByLabel('Name or email address').fill('erik@example.com')
  await ada.getByRole('radio', { name: 'Create new user' }).check()
  await ada.getByLabel('Check All').check()
  await button('Invite User').click()
  const cancel = ada
    .locator('.row-item', { hasText: 'erik@example.com' })
    .getByRole('link', { name: 'Cancel Invite', exact: true })
  const dialog = ada.getByRole('dialog')
  const asked: string[] = []
  const listen = (request: Request) => asked.push(new URL(request.url()).pathname)
  await cancel.waitFor()
  ada.on('request', listen)
  for (const leave of [
    () => ada.keyboard.press('Escape'),
    () => dialog.getByText('Keep it').click(),
    () => ada.mouse.click(5, 300),
  ]) {
    await cancel.click()
    await dialog.getByText('Cancel the invitation of erik@example.com?').waitFor()
    await leave()
    await dialog.waitFor({ state: 'hidden' })
    expect(await cancel.evaluate((link) => link === document.activeElement), 'focus comes back').toBe(true)
  }
  ada.off('request', listen)
  // An answer that nobody waits for would close the next question.
  expect(asked.filter((path) => !path.endsWith('/cancel'))).toEqual([])
  await cancel.click()
  await dialog.getByRole('button', { name: 'Cancel Invite' }).click()
  await ada.getByText('The invitation of erik@example.com is cancelled.').waitFor()
  await dialog.waitFor({ state: 'hidden' })
  expect(await cancel.count()).toBe(0)
  expect(new URL(ada.url()).pathname).toMatch(/\/users$/)
})

test('the back button leads back through pages that were visited', async () => {
  await ada.getByRole('link', { name: 'Profile' }).click()
  await ada.getByLabel('Company name').waitFor()
  expect(await ada.title()).toBe('Acme Hosting · Latchkey')
  await ada.goBack()
  await ada.getByRole('heading', { name: 'Pending Invites' }).waitFor()
  await ada.goForward()
  await ada.getByLabel('Company name').waitFor()
})

test('when the session has ended, typing leads to the login and not into the list', async () => {
  await ada.goto('/admin/clients/1/users/associate')
  await house.db('admin_sessions').delete()
  await ada.getByLabel('Name or email address').pressSequentially('car')
  await ada.getByRole('heading', { name: 'Log in to the Admin Area' }).waitFor()
})

test('no page complained', () => {
  expect(browser.complaints).toEqual([])
})
