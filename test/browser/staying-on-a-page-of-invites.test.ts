import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { logIn, startBrowser } from '../support/browser.ts'
import { startHouse } from '../support/house.ts'
import { guest, plantInvites } from '../support/many-invites.ts'

let alice: Page

beforeEach(async () => {
  const house = await startHouse()
  const owner = await house.user('alice', 'Acme Hosting')
  await owner.visit('/account/users')
  await owner.press('Send Invite', { 'Email address': 'dora@example.com' })
  await plantInvites(house, 27)
  const browser = await startBrowser(house.appUrl)
  alice = await browser.open()
  await logIn(alice, 'alice@example.com')
  await alice.goto('/account/users')
})

const pages = () => alice.getByRole('navigation', { name: 'Pages of pending invites' })
const names = () => alice.locator('section[aria-labelledby=pending] .person-name')
const row = (nth: number) => alice.locator('.row-item', { hasText: guest(nth) })

test('on a later page of Pending Invites, Resend and Cancel stay on that page', async () => {
  await pages().getByText('Older').click()
  await alice.getByText(guest(26)).waitFor()
  expect(await names().allTextContents()).toEqual([24, 25, 26].map(guest))

  await row(25).getByRole('button', { name: 'Resend Invite' }).click()
  await alice.getByText('A new link went to').waitFor()
  expect(await names().allTextContents()).toEqual([24, 26].map(guest))

  await row(24).getByRole('link', { name: 'Cancel Invite' }).click()
  await alice.getByRole('dialog').getByRole('button', { name: 'Cancel Invite' }).click()
  await alice.getByText('is cancelled.').waitFor()
  expect(await names().allTextContents()).toEqual([guest(26)])
  expect(new URL(alice.url()).searchParams.has('pending')).toBe(true)
})

/** What has the focus, in which row or by its id, and whether it is in sight. */
const focused = () =>
  alice.evaluate(() => {
    const one = document.activeElement
    const { top, bottom } = one?.getBoundingClientRect() ?? { top: -1, bottom: -1 }
    const name = one?.closest('.row-item')?.querySelector('.person-name')?.textContent
    const what = name ? `${one?.textContent} ${name}` : one?.id
    return [what, top >= 0 && bottom <= innerHeight]
  })

test('by keyboard: a page of the list begins at its heading, and a row that goes hands the focus on', async () => {
  await pages().getByText('Older').press('Enter')
  await alice.getByText(guest(26)).waitFor()
  await expect.poll(focused).toEqual(['pending', true])

  await row(24).getByRole('button', { name: 'Resend Invite' }).press('Enter')
  await alice.getByText(`A new link went to ${guest(24)}`).waitFor()
  await expect.poll(focused).toEqual([`Resend Invite ${guest(25)}`, true])
  await alice.keyboard.press('Enter')

  await row(26).getByRole('link', { name: 'Cancel Invite' }).press('Enter')
  await alice.getByRole('dialog').getByRole('button', { name: 'Cancel Invite' }).press('Enter')
  await alice.getByText('is cancelled.').waitFor()
  await expect.poll(focused).toEqual([`Cancel Invite ${guest(25)}`, true])
  expect(await names().allTextContents(), 'Enter twice sends once').toEqual([guest(25)])

  await row(25).getByRole('button', { name: 'Resend Invite' }).press('Enter')
  await alice.getByText(`A new link went to ${guest(25)}`).waitFor()
  await expect.poll(focused).toEqual(['pending', true])
})
