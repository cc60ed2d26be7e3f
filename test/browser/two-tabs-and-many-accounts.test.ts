import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { timestamp } from '../../src/platform/clock.ts'
import { logIn, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

let house: TestHouse
let alice: Page

beforeAll(async () => {
  house = await startHouse()
  const browser = await startBrowser(house.appUrl)
  alice = await browser.open()
  await logIn(alice, 'alice@example.com')
})
beforeEach(() => switchTo(alice, 'Acme Hosting'))

async function switchTo(page: Page, client: string) {
  await page.goto('/user/accounts')
  const button = page.getByRole('button', { name: `Switch to ${client}`, exact: true })
  if (!(await button.count())) return
  await button.click()
  await page.getByRole('heading', { level: 1, name: client }).waitFor()
}

const elsewhere = async () => {
  const tab = await alice.context().newPage()
  await switchTo(tab, 'Ames Consulting')
  await tab.close()
}
const heading = (name: string) => alice.getByRole('heading', { level: 1, name }).waitFor()
const pending = () => house.db('invitations').where({ email: 'dora@example.com' }).first()

test('H25 a form of one account, sent while another tab chose another: refused, and sent after one click more', async () => {
  await alice.goto('/account/users')
  await elsewhere()
  await alice.getByLabel('Email address').fill('dora@example.com')
  await alice.getByRole('button', { name: 'Send Invite', exact: true }).click()
  await heading('This is about Acme Hosting')
  expect(await pending()).toBeUndefined()
  await alice.getByRole('button', { name: 'Switch to Acme Hosting' }).click()
  await heading('You now act for Acme Hosting.')
  await alice.getByRole('button', { name: 'Send it now' }).click()
  await alice.getByText('dora@example.com is invited.').waitFor()
  expect((await pending()).client_id).toBe((await house.clientNamed('Acme Hosting')).id)
})

test('H25 Resend, which changes a part of the page, brings the whole question', async () => {
  await alice.goto('/account/users')
  await elsewhere()
  const { send_count } = await pending()
  const row = alice.locator('.row-item', { hasText: 'dora@example.com' })
  await row.getByRole('button', { name: 'Resend Invite' }).click()
  await heading('This is about Acme Hosting')
  expect(await alice.locator('.site-header').count()).toBe(1)
  expect((await pending()).send_count).toBe(send_count)
  await alice.getByRole('link', { name: 'Stay with Ames Consulting' }).click()
  await heading('Ames Consulting')
})

test('a dialog of the account that was left asks first, and then the page is there again', async () => {
  await alice.goto('/account/users')
  await elsewhere()
  const row = alice.locator('.row-item', { hasText: 'Bob Brown' })
  await row.getByRole('link', { name: 'Remove Access' }).click()
  await heading('This is about Acme Hosting')
  await alice.getByRole('button', { name: 'Switch to Acme Hosting' }).click()
  await heading('User Management')
  expect(new URL(alice.url()).pathname + new URL(alice.url()).search).toBe('/account/users')
  await row.getByRole('link', { name: 'Remove Access' }).click()
  await alice.locator('dialog[open]').waitFor()
})

test('many accounts: typing narrows the list, Enter offers the one hit, Enter goes there', async () => {
  const { id: _, ...acme } = await house.clientNamed('Acme Hosting')
  const names = Array.from({ length: 12 }, (_, nth) => `Customer ${String.fromCharCode(65 + nth)}`)
  await house
    .db('clients')
    .insert(names.map((company_name) => ({ ...acme, company_name, search_text: company_name.toLowerCase() })))
  const clients = await house.db('clients').whereIn('company_name', names)
  const dates = { created_at: timestamp(), updated_at: timestamp() }
  const access = clients.map(({ id }) => ({
    client_id: id,
    user_id: acme.owner_id,
    permissions: '',
    ...dates,
  }))
  await house.db('associations').insert(access)

  await alice.goto('/user/accounts')
  const field = alice.getByLabel('Find an account by name or email address')
  await field.focus()
  await alice.keyboard.type('customer k')
  await alice.locator('#own-accounts [role="status"]', { hasText: /^1 of \d+$/ }).waitFor()
  expect(await field.evaluate((one) => one === document.activeElement)).toBe(true)
  expect(await alice.locator('#own-accounts .row-item').count()).toBe(1)
  await alice.keyboard.press('Enter')
  await alice.waitForURL('**/user/accounts?q=customer+k')
  const button = alice.getByRole('button', { name: 'Switch to Customer K', exact: true })
  await alice.waitForFunction(() => document.activeElement?.textContent?.includes('Switch to Customer K'))
  expect(await button.count()).toBe(1)
  await alice.keyboard.press('Enter')
  await heading('Customer K')
})
