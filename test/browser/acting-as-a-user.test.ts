import { beforeAll, expect, test } from 'vitest'
import { axeFinds, logIn, sidewaysPixels, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>

beforeAll(async () => {
  house = await startHouse()
  browser = await startBrowser(house.appUrl)
})

test('an admin acts as the owner, with the banner on every page, and comes back', async () => {
  const page = await browser.open({ viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' })
  await logIn(page, 'ada@latchkey.test', '/admin/login')
  await page.goto(`/admin/clients/${(await house.clientNamed('Acme Hosting')).id}`)
  await page.getByRole('link', { name: 'Login as Owner' }).click()
  await page.getByRole('button', { name: 'Log in as this user' }).click()
  const banner = page.getByRole('region', { name: 'Acting as a user' })
  await banner.waitFor()
  expect(await axeFinds(page)).toEqual([])
  await page.getByRole('link', { name: 'Switch Account' }).first().click()
  await page.getByRole('button', { name: 'Switch to Ames Consulting' }).click()
  await page.getByRole('heading', { name: 'Ames Consulting' }).waitFor()
  expect(await banner.textContent()).toContain('you act as Alice Ames')
  expect(await sidewaysPixels(page)).toBe(0)
  await banner.getByRole('button', { name: 'Back to the Admin Area' }).click()
  await page.getByText('You no longer act as Alice Ames.').waitFor()
  expect(await banner.count()).toBe(0)
  expect(browser.complaints).toEqual([])
})
