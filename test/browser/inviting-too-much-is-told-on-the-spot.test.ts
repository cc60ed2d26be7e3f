import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { samplePages } from '../../src/dev/sample-pages.ts'
import { axeFinds, logIn, sidewaysPixels, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { setLimit } from '../support/wide-limits.ts'

const NARROW = { width: 390, height: 844 }

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>
let alice: Page

beforeAll(async () => {
  house = await startHouse({ limited: true })
  await setLimit(house.db, 'invitesOfUser', 1)
  browser = await startBrowser(house.appUrl)
  alice = await browser.open()
  await logIn(alice, 'alice@example.com')
  await alice.goto('/account/users')
})

const TOLD = 'Your limit of invitations is reached: 1 an hour. Try again in'

test('beside the form, with what was typed', async () => {
  for (const email of ['dora@example.com', 'erik@example.com']) {
    await alice.getByLabel('Email address').fill(email)
    await alice.getByRole('button', { name: 'Send Invite', exact: true }).click()
    await alice.getByText(email === 'dora@example.com' ? 'dora@example.com is invited.' : TOLD).waitFor()
  }
  expect(await alice.getByLabel('Email address').inputValue()).toBe('erik@example.com')
})

test('in a dialog, after Resend in the list', async () => {
  await alice.goto('/account/users')
  await alice
    .locator('.row-item', { hasText: 'dora@example.com' })
    .getByRole('button', { name: 'Resend Invite', exact: true })
    .click()
  await alice.getByRole('dialog').getByText(TOLD).waitFor()
  expect(await axeFinds(alice)).toEqual([])
})

test.each(['light', 'dark'] as const)(
  'the pages of limits pass axe and fit a telephone, in %s',
  async (colorScheme) => {
    const page = await browser.open({ colorScheme, viewport: NARROW, reducedMotion: 'reduce' })
    for (const [nth, { template, name }] of samplePages().entries()) {
      if (template !== 'admin-area/settings' && !name.includes('too-many')) continue
      await page.goto(`/dev/views/${nth}`)
      expect([name, await axeFinds(page), await sidewaysPixels(page)]).toEqual([name, [], 0])
    }
  },
)

test('no page complained', () => {
  expect(browser.complaints).toEqual([])
})
