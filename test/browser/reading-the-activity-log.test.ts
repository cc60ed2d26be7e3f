import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { logIn, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>

beforeAll(async () => {
  house = await startHouse()
  browser = await startBrowser(house.appUrl)
})

test('filters answer in place, a wrong one with a sentence; the file holds what is shown', async () => {
  const page = await browser.open()
  await logIn(page, 'ada@latchkey.test', '/admin/login')
  await page.goto('/admin/activity')
  await page.getByLabel('Client number').fill('x')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByText('“x” is not a number of ours').waitFor()
  const field = page.getByLabel('Client number')
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  await field.fill('1')
  await page.getByLabel('What happened').selectOption({ label: 'Opened the client …' })
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByText('opened the client Acme Hosting').waitFor()
  expect(await page.locator('#log li').count()).toBe(1)
  expect(await field.getAttribute('aria-invalid')).toBeNull()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download as CSV' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^activity-\d{4}-\d\d-\d\d\.csv$/)
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\r\n')
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain('"Latchkey opened the client Acme Hosting"')
  expect(page.url(), 'one is still on the page').toContain('/admin/activity')
})
