import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { samplePages } from '../../src/dev/sample-pages.ts'
import { axeFinds, logIn, sidewaysPixels, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

const NARROW = { width: 390, height: 844 }

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>
let alice: Page

beforeAll(async () => {
  house = await startHouse()
  browser = await startBrowser(house.appUrl)
  alice = await browser.open({ permissions: ['clipboard-write'] })
  await logIn(alice, 'alice@example.com')
  await alice.goto('/account/users')
})

const field = (page = alice) => page.getByLabel('Email address')
const send = (page = alice) => page.getByRole('button', { name: 'Send Invite', exact: true }).click()

test('one address and Enter, as ever; with Shift, or in a list, Enter begins a line', async () => {
  await field().fill('dora@example.com')
  await field().press('Enter')
  await alice.getByText('dora@example.com is invited.').waitFor()
  expect(await field().inputValue()).toBe('')

  await field().fill('erik@example.com')
  await field().press('Shift+Enter')
  await field().pressSequentially('fay@example.com')
  await field().press('Enter')
  await field().pressSequentially('gus@')
  expect(await field().inputValue()).toBe('erik@example.com\nfay@example.com\ngus@')
})

test('the good ones are sent, the others stay, and the field has the focus', async () => {
  await send()
  await alice.getByText('1 of 3 were not invited.').waitFor()
  expect(await field().inputValue()).toBe('gus@')
  expect(await field().evaluate((one) => one === document.activeElement)).toBe(true)
  expect(await alice.locator('#outcomes').innerText()).toContain('erik@example.com')
  expect(await axeFinds(alice)).toEqual([])

  await field().fill('Gus Gray <gus@example.com>')
  await alice.getByLabel('Message').fill('See you soon!')
  await send()
  await alice.getByText('gus@example.com is invited.').waitFor()
  expect(await alice.locator('#outcomes').count()).toBe(0)
  expect(await alice.getByLabel('Message').inputValue()).toBe('')
})

test('Copy link asks in a dialog; the browser takes the link along', async () => {
  await alice
    .locator('.row-item', { hasText: 'gus@example.com' })
    .getByRole('link', { name: 'Copy link' })
    .click()
  await alice.getByRole('dialog').getByRole('button', { name: 'Copy link' }).click()
  await alice.getByRole('heading', { name: 'The link for gus@example.com' }).waitFor()
  const link = await alice.getByLabel('Link').inputValue()
  expect(link).toBe(house.appUrl + (await house.linkTo('gus@example.com')))
  expect(await axeFinds(alice)).toEqual([])
  await alice.getByRole('button', { name: 'Copy link' }).click()
  await alice.getByText('The link is copied.').waitFor()
  await alice.goto('/account/users')
  await alice.getByLabel('Message').press('ControlOrMeta+V')
  expect(await alice.getByLabel('Message').inputValue()).toBe(link)
})

test('without JavaScript all of it works, and nothing is offered that does not', async () => {
  const plain = await browser.open({ javaScriptEnabled: false })
  await logIn(plain, 'alice@example.com')
  await plain.goto('/account/users')
  await field(plain).fill('hal@example.com\nida@\njo@example.com')
  await send(plain)
  await plain.getByText('1 of 3 were not invited.').waitFor()
  expect(await field(plain).inputValue()).toBe('ida@')
  await plain
    .locator('.row-item', { hasText: 'jo@example.com' })
    .getByRole('link', { name: 'Copy link' })
    .click()
  await plain.getByRole('button', { name: 'Copy link' }).click()
  expect(await plain.getByLabel('Link').inputValue()).toContain('/invite/')
  expect(await plain.getByRole('button', { name: 'Copy link' }).isVisible()).toBe(false)
})

test.each(['light', 'dark'] as const)(
  'its pages pass axe and fit a telephone, in %s',
  async (colorScheme) => {
    const page = await browser.open({ colorScheme, viewport: NARROW, reducedMotion: 'reduce' })
    const mine = /users\?(left|unverified)|invite\?message|invite-(step\?)?link|settings$|associate$/
    for (const [nth, { name }] of samplePages().entries()) {
      if (!mine.test(name)) continue
      await page.goto(`/dev/views/${nth}`)
      expect([name, await axeFinds(page), await sidewaysPixels(page)]).toEqual([name, [], 0])
    }
  },
)

test('no page complained', () => {
  expect(browser.complaints).toEqual([])
})
