import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { axeFinds, logIn, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>
let alice: Page

beforeAll(async () => {
  house = await startHouse()
  browser = await startBrowser(house.appUrl)
  alice = await browser.open()
  await logIn(alice, 'alice@example.com')
  await alice.goto('/user/accounts')
  const enter = alice.getByRole('button', { name: 'Switch to Acme Hosting' })
  if (await enter.isVisible()) await enter.click()
  await alice.getByText('Acme Hosting').first().waitFor()
})

const ticked = (page: Page) => page.locator('[name="permissions"]:checked').count()
const preset = (page: Page) => page.getByLabel('Preset', { exact: true })
const chosen = (page: Page) => preset(page).evaluate((one: HTMLSelectElement) => one.selectedOptions[0]?.text)
const box = (page: Page, title: string) => page.getByLabel(title, { exact: true })

test('a preset ticks its boxes at once, and the list and Check All follow the boxes', async () => {
  await alice.goto('/account/users')
  expect(await alice.getByRole('button', { name: 'Tick its boxes' }).count()).toBe(0)
  await preset(alice).selectOption('Billing')
  expect(await box(alice, 'Choose Permissions').isChecked()).toBe(true)
  expect(await box(alice, 'View & Accept Quotes').isVisible()).toBe(true)
  expect(await ticked(alice)).toBe(2)
  await box(alice, 'View Domains').check()
  expect(await chosen(alice)).toBe('None')
  await box(alice, 'View Domains').uncheck()
  expect(await chosen(alice)).toBe('Billing')
  await preset(alice).selectOption('Everything')
  expect([await ticked(alice), await box(alice, 'Check All').isChecked()]).toEqual([14, true])
  await box(alice, 'Check All').uncheck()
  expect([await ticked(alice), await chosen(alice)]).toEqual([0, 'None'])
  await preset(alice).selectOption('Read-only')
  await box(alice, 'All Permissions').check()
  expect(await chosen(alice)).toBe('None')
})

test('one of their own, saved, is offered at once; Enter sends the invitation', async () => {
  await alice.getByRole('link', { name: 'Your own presets' }).click()
  await alice.getByLabel('Name of the preset').fill('Bookkeeper')
  await alice.getByLabel('Start from').selectOption('Billing')
  await box(alice, 'View Emails').check()
  await alice.getByRole('button', { name: 'Save preset' }).click()
  await alice.getByText('The preset “Bookkeeper” is saved.').waitFor()
  await alice.goto('/account/users')
  await preset(alice).selectOption('Bookkeeper')
  expect(await ticked(alice)).toBe(3)
  await alice.getByLabel('Email address').fill('dora@example.com')
  await alice.getByLabel('Email address').press('Enter')
  await alice.getByText('dora@example.com is invited.').waitFor()
  const row = alice.locator('#lists .row-item', { hasText: 'dora@example.com' })
  await row.getByText('Bookkeeper').click()
  await row.getByText('Invoices, quotes, emails').waitFor()
  expect(await axeFinds(alice)).toEqual([])
})

test('in the Admin Area too, and without JavaScript by a button that keeps what was typed', async () => {
  const ada = await browser.open({ javaScriptEnabled: false })
  await logIn(ada, 'ada@latchkey.test', '/admin/login')
  await ada.goto(`/admin/clients/${(await house.clientNamed('Acme Hosting')).id}/users/associate`)
  await ada.getByLabel('Name or email address').fill('fay@example.com')
  await preset(ada).selectOption('Bookkeeper')
  await ada.getByRole('button', { name: 'Tick its boxes' }).click()
  await ada.waitForURL(/tick=1#presets$/)
  expect(await ada.getByLabel('Name or email address').inputValue()).toBe('fay@example.com')
  expect(await ticked(ada)).toBe(3)
  expect(await preset(ada).inputValue()).toBe(String((await house.db('presets').first()).id))
})

test('removing one asks in the dialog', async () => {
  await alice.goto('/account/presets')
  await alice.getByRole('link', { name: 'Remove', exact: true }).click()
  await alice.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
  await alice.getByText('The preset “Bookkeeper” is removed.').waitFor()
})

test('no page complained', () => {
  expect(browser.complaints).toEqual([])
})
