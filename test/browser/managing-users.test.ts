import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { logIn, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>
let alice: Page

beforeAll(async () => {
  house = await startHouse()
  browser = await startBrowser(house.appUrl)
  alice = await browser.open()
  await logIn(alice, 'alice@example.com')
  await alice.goto('/account/users')
})

const invite = async (email: string) => {
  await alice.getByLabel('Email address').fill(email)
  await alice.getByRole('button', { name: 'Send Invite', exact: true }).click()
}

test('boxes show only for Choose Permissions; a wrong address is kept, with the focus on it', async () => {
  expect(await alice.getByLabel('View Domains').isVisible()).toBe(false)
  await alice.getByLabel('Choose Permissions').check()
  await alice.getByLabel('View Domains').check()
  await invite('dora@')
  await alice.getByText('That email address is not complete').waitFor()
  const field = alice.getByLabel('Email address')
  expect(await field.inputValue()).toBe('dora@')
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  expect(await field.evaluate((one) => one === document.activeElement)).toBe(true)
  expect(await alice.getByLabel('View Domains').isChecked()).toBe(true)
  await invite('dora@example.com')
  await alice.getByText('dora@example.com is invited.').waitFor()
})

test('Resend changes the lists alone: what is being typed elsewhere stays, and so does the place', async () => {
  await alice.getByLabel('Email address').fill('half an addr')
  await alice.evaluate(() => scrollTo(0, 120))
  const before = await alice.evaluate(() => scrollY)
  await alice
    .locator('.row-item', { hasText: 'dora@example.com' })
    .getByRole('button', { name: 'Resend Invite', exact: true })
    .click({ noWaitAfter: true })
  await alice.getByText('A new link went to dora@example.com.').waitFor()
  expect(await alice.getByLabel('Email address').inputValue()).toBe('half an addr')
  expect(Math.abs((await alice.evaluate(() => scrollY)) - before)).toBeLessThan(80)
  await alice.getByLabel('Email address').fill('')
})

test('what was done is told in sight, once, however far down one pressed', async () => {
  await alice.setViewportSize({ width: 390, height: 600 })
  await alice.goto('/account/users')
  const seen = () =>
    alice.locator('.flash:visible').evaluateAll((all) =>
      all.map((one) => {
        const { top, bottom } = one.getBoundingClientRect()
        return [one.textContent?.trim().split(' is ')[0]?.slice(0, 10), top >= 0 && bottom <= innerHeight]
      }),
    )
  await invite('ines@example.com')
  await alice.getByText('ines@example.com is invited.').waitFor()
  expect(await seen()).toEqual([['ines@examp', true]])
  await alice.getByRole('button', { name: 'Resend Invite' }).last().click()
  await alice.getByText('A new link went to').waitFor()
  expect(await seen()).toEqual([['A new link', true]])
  await alice.setViewportSize({ width: 1280, height: 720 })
})

test('an invitation that ended in the meantime is told in the dialog', async () => {
  await house
    .db('invitations')
    .where({ email: 'dora@example.com' })
    .update({ status: 'declined', open_email: null, ended_at: new Date().toISOString() })
  await alice
    .locator('.row-item', { hasText: 'dora@example.com' })
    .getByRole('button', { name: 'Resend Invite', exact: true })
    .click()
  await alice.getByRole('dialog').getByText('This invitation is not pending any more').waitFor()
  await alice.keyboard.press('Escape')
})

test('Remove Access asks, and the person leaves the list', async () => {
  await alice.goto('/account/users')
  await alice
    .locator('.row-item', { hasText: 'Bob Brown' })
    .getByRole('link', { name: 'Remove Access', exact: true })
    .click()
  await alice.getByRole('dialog').getByRole('button', { name: 'Remove Access' }).click()
  await alice.getByText('Bob Brown has no access any more.').waitFor()
  expect(await alice.locator('#lists').getByText('bob@example.com').count()).toBe(0)
})

test('one click is enough: the second one of a double click sends nothing', async () => {
  await alice.goto('/account/users')
  await alice.getByLabel('Email address').fill('twice@example.com')
  await alice.getByRole('button', { name: 'Send Invite', exact: true }).dblclick()
  await alice.getByText('twice@example.com').first().waitFor()
  await house.delivery.settled()
  const [row] = await house.db('invitations').where({ email: 'twice@example.com' })
  expect(row.send_count).toBe(1)
})

test('the menu closes by Escape, by a click elsewhere and when a page is chosen', async () => {
  const link = alice.getByRole('link', { name: 'Account Details' })
  const open = () => alice.getByText('Hello, Alice!').click()
  await open()
  await link.waitFor()
  await alice.keyboard.press('Escape')
  await link.waitFor({ state: 'hidden' })
  await open()
  await alice.mouse.click(300, 500)
  await link.waitFor({ state: 'hidden' })
  await open()
  await link.click()
  await alice.getByRole('heading', { level: 1, name: 'Account Details' }).waitFor()
  await link.waitFor({ state: 'hidden' })
})

test('a session that ended in mid-form: log in, and what was typed is sent by one more click', async () => {
  await alice.goto('/account/users')
  await house.db('sessions').delete()
  await invite('kept@example.com')
  await alice.getByText('Your session ended.').waitFor()
  await alice.getByLabel('Email address').fill('alice@example.com')
  await alice.getByLabel('Password').fill('open-sesame-42')
  await alice.getByRole('button', { name: 'Log in', exact: true }).click()
  await alice.getByRole('heading', { name: 'Welcome back' }).waitFor()
  await alice.getByText('kept@example.com').waitFor()
  await alice.getByRole('button', { name: 'Send it now' }).click()
  await alice.getByText('kept@example.com is invited.').waitFor()
})

test('another account in another tab: nothing is done, and a button leads back with what was typed', async () => {
  await alice.goto('/account/users')
  const tab = await alice.context().newPage()
  await tab.goto('/user/accounts')
  await tab.getByRole('button', { name: 'Switch to Ames Consulting' }).click()
  await tab.getByText('You now act for Ames Consulting.').waitFor()
  await invite('mixed@example.com')
  await alice.getByRole('heading', { name: 'This is about Acme Hosting' }).waitFor()
  await house.delivery.settled()
  expect(await house.db('invitations').where({ email: 'mixed@example.com' })).toEqual([])
  await alice.getByRole('button', { name: 'Switch to Acme Hosting' }).click()
  await alice.getByText('mixed@example.com').waitFor()
  await alice.getByRole('button', { name: 'Send it now' }).click()
  await alice.getByText('mixed@example.com is invited.').waitFor()
})

test('no page complained', () => {
  expect(browser.complaints).toEqual([])
})
