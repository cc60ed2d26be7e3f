import type { Locator, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { startSmtp, unquoted } from '../support/smtp.ts'

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>
let smtp: Awaited<ReturnType<typeof startSmtp>>
let alice: Page

const isInSight = (piece: Locator) =>
  piece.evaluate(
    (it) => it.getBoundingClientRect().top > 0 && it.getBoundingClientRect().bottom < innerHeight,
  )

beforeAll(async () => {
  smtp = await startSmtp()
  house = await startHouse({ environment: { SMTP_URL: smtp.url, MAIL_FROM: 'accounts@example.com' } })
  browser = await startBrowser(house.appUrl)
  alice = await browser.open()
})

test('Alice invites Dora, by the keyboard alone', async () => {
  await alice.goto('/login')
  await alice.keyboard.type('alice@example.com')
  await alice.keyboard.press('Tab')
  await alice.keyboard.type('open-sesame-42')
  await alice.keyboard.press('Enter')
  await alice.getByRole('heading', { level: 1, name: 'Acme Hosting' }).waitFor()

  const menu = alice.getByText('Hello, Alice!')
  await menu.focus()
  await alice.keyboard.press('Enter')
  await alice.getByRole('link', { name: 'User Management' }).first().press('Enter')
  await alice.getByRole('heading', { level: 1, name: 'User Management' }).waitFor()
  expect(await alice.title()).toBe('User Management · Latchkey')

  await alice.getByLabel('Email address').focus()
  await alice.keyboard.type('dora@example.com')
  await alice.getByLabel('All Permissions').focus()
  await alice.keyboard.press('ArrowDown')
  await alice.getByLabel('View & Pay Invoices').press('Space')
  await alice.getByRole('button', { name: 'Send Invite', exact: true }).press('Enter')
  await alice.getByText('dora@example.com is invited.').waitFor()
  expect(await alice.getByLabel('Email address').inputValue()).toBe('')
})

test('the message comes by SMTP, in two forms, and fetches nothing', async () => {
  await house.delivery.settled()
  const mail = unquoted(smtp.received.at(-1)?.source ?? '')
  expect(mail).toContain('Subject: Alice Ames invited you to Acme Hosting')
  expect(mail).toContain('Content-Type: text/plain')
  expect(mail).toContain('Content-Type: text/html')
  expect(mail).not.toMatch(/src="http/)
})

test('Dora opens the link on a telephone, sees what is wrong, creates an account and is in Acme Hosting', async () => {
  const [link] =
    unquoted(smtp.received.at(-1)?.source ?? '').match(/http:\/\/127[^\s"]+\/invite\/[\w-]+/) ?? []
  const dora = await browser.open({ viewport: { width: 390, height: 600 }, reducedMotion: 'reduce' })
  await dora.goto(String(link))
  await dora.getByRole('heading', { name: 'Alice Ames invites you to Acme Hosting' }).waitFor()
  const form = dora.locator('form', { has: dora.getByRole('button', { name: 'Create account' }) })
  expect(await form.getByLabel('Email address').inputValue()).toBe('dora@example.com')
  await form.getByLabel('First name').fill('Dora')
  await form.getByLabel('Last name').fill('Diaz')
  await form.getByLabel('Password').fill('short')
  await form.getByRole('button', { name: 'Create account' }).click()
  const wrong = dora.getByText('A password has at least 10 characters.')
  await wrong.waitFor()
  await expect.poll(() => isInSight(wrong)).toBe(true)
  expect(await form.getByLabel('First name').inputValue()).toBe('Dora')
  expect(await form.getByLabel('Password').evaluate((field) => field === document.activeElement)).toBe(true)
  await form.getByLabel('Password').fill('a long sentence of mine')
  await form.getByRole('button', { name: 'Create account' }).click()
  await dora.getByText('You now act for Acme Hosting.').waitFor()
  await dora.getByText('Hello, Dora!').waitFor()
})

test('Alice sees her in the list, and hears of it', async () => {
  await alice.reload()
  await alice.getByText('Dora Diaz').waitFor()
  await house.delivery.settled()
  const sources = smtp.received.map(({ source }) => source)
  const accepted = 'Subject: Dora Diaz accepted the invitation to Acme Hosting'
  expect(sources.filter((source) => source.includes(accepted)).length).toBe(1)
})

test('no page complained', () => {
  expect(browser.complaints).toEqual([])
})
