import { beforeAll, expect, test } from 'vitest'
import { logIn, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { guest, plantInvites } from '../support/many-invites.ts'

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>

beforeAll(async () => {
  house = await startHouse()
  browser = await startBrowser(house.appUrl)
  const owner = await house.user('alice', 'Acme Hosting')
  await owner.visit('/account/users')
  await owner.press('Send Invite', { 'Email address': 'dora@example.com' })
  await plantInvites(house, 34)
})

const sentAgain = () => house.db('invitations').where('send_count', '>', 1).orderBy('email').pluck('email')

// Row 26 leaves the page, and row 27 comes up under the pointer.
test.each([
  ['Client Area', 26, [26, 29]],
  ['Admin Area', 30, [26, 29, 30, 33]],
])('two clicks on Resend Invite send to one person, %s', async (area, nth, sent) => {
  const { id } = await house.clientNamed('Acme Hosting')
  const page = await browser.open({ reducedMotion: 'reduce' })
  if (area === 'Client Area') await logIn(page, 'alice@example.com')
  else await logIn(page, 'ada@latchkey.test', '/admin/login')
  await page.goto(area === 'Client Area' ? '/account/users' : `/admin/clients/${id}/users`)
  await page.getByRole('navigation', { name: 'Pages of pending invites' }).getByText('Older').click()
  const button = (of: number) =>
    page.locator('.row-item', { hasText: guest(of) }).getByRole('button', { name: 'Resend Invite' })
  await button(nth).evaluate((one) => one.scrollIntoView({ block: 'center' }))
  const { x, y, width, height } = (await button(nth).boundingBox()) ?? expect.fail()
  const click = () => page.mouse.click(x + width / 2, y + height / 2)
  await click()
  await page.getByText(`A new link went to ${guest(nth)}.`).waitFor()
  await page.waitForTimeout(200)
  await click()

  await button(nth + 3).click()
  await page.getByText(`A new link went to ${guest(nth + 3)}.`).waitFor()
  expect(await sentAgain()).toEqual(sent.map(guest))
  await page.close()
})
