import { expect, test } from 'vitest'
import { logIn, startBrowser } from '../support/browser.ts'
import { startHouse } from '../support/house.ts'
import { guest, plantInvites } from '../support/many-invites.ts'

test('on a later page of Pending Invites, Resend and Cancel stay on that page', async () => {
  const house = await startHouse()
  const browser = await startBrowser(house.appUrl)
  const alice = await browser.open()
  await logIn(alice, 'alice@example.com')
  await alice.goto('/account/users')
  await alice.getByLabel('Email address').fill('dora@example.com')
  await alice.getByRole('button', { name: 'Send Invite', exact: true }).click()
  await alice.getByText('dora@example.com is invited.').waitFor()
  await plantInvites(house, 27)
  await alice.goto('/account/users')
  await alice.getByRole('navigation', { name: 'Pages of pending invites' }).getByText('Older').click()
  const names = alice.locator('section[aria-labelledby=pending] .person-name')
  await alice.getByText(guest(26)).waitFor()
  expect(await names.allTextContents()).toEqual([24, 25, 26].map(guest))

  const row = (nth: number) => alice.locator('.row-item', { hasText: guest(nth) })
  await row(25).getByRole('button', { name: 'Resend Invite' }).click()
  await alice.getByText('A new link went to').waitFor()
  expect(await names.allTextContents()).toEqual([24, 26].map(guest))

  await row(24).getByRole('link', { name: 'Cancel Invite' }).click()
  await alice.getByRole('dialog').getByRole('button', { name: 'Cancel Invite' }).click()
  await alice.getByText('is cancelled.').waitFor()
  expect(await names.allTextContents()).toEqual([guest(26)])
  expect(new URL(alice.url()).searchParams.has('pending')).toBe(true)
})
