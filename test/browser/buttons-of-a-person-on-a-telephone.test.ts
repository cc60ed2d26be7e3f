import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { logIn, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { associate } from '../support/merging.ts'

const [BOB, CAROL] = [2, 3]
const TELEPHONE = { viewport: { width: 390, height: 800 } }

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>

beforeAll(async () => {
  house = await startHouse()
  const { id } = await house.clientNamed('Acme Hosting')
  const permissions = 'invoices,tickets,users'
  await house.db('associations').where({ client_id: id, user_id: BOB }).update({ permissions })
  await associate(house, CAROL, id, 'domains,tickets')
  browser = await startBrowser(house.appUrl)
})

/** How many lines the buttons of each person take, and whether they are within the page. */
const linesOf = (page: Page) =>
  page.locator('section[aria-labelledby=users] .row-actions:has(.btn)').evaluateAll((all) =>
    all.map((actions) => {
      const boxes = [...actions.querySelectorAll('.btn')].map((one) => one.getBoundingClientRect())
      const isWithin = boxes.every(({ left, right }) => left >= 0 && right <= innerWidth)
      return [new Set(boxes.map(({ top }) => Math.round(top))).size, isWithin]
    }),
  )

test('a delegate’s, who may not press them, and says why below', async () => {
  const bob = await browser.open(TELEPHONE)
  await logIn(bob, 'bob@example.com')
  await bob.goto('/user/accounts')
  const button = bob.getByRole('button', { name: 'Switch to Acme Hosting' })
  if (await button.count()) await button.click()
  await bob.goto('/account/users')
  await bob.getByText('They hold permissions that you do not hold.').waitFor()
  expect(await linesOf(bob)).toEqual([
    [1, true],
    [1, true],
  ])
})

test('the owner’s', async () => {
  const alice = await browser.open(TELEPHONE)
  await logIn(alice, 'alice@example.com')
  await alice.goto('/account/users')
  expect(await linesOf(alice)).toEqual([
    [1, true],
    [1, true],
  ])
})
