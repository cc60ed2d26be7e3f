import { beforeAll, expect, test } from 'vitest'
import { axeFinds, logIn, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>

beforeAll(async () => {
  house = await startHouse()
  browser = await startBrowser(house.appUrl)
})

test('while a new password is typed, the page says how strong it is, and sends nothing', async () => {
  const page = await browser.open()
  await logIn(page, 'alice@example.com')
  await page.goto('/user/password')
  const sent: string[] = []
  page.on('request', (request) => request.url().includes('/assets/favicon') || sent.push(request.url()))
  const hint = page.locator('.strength')
  const field = page.getByLabel('New password')
  for (const [typed, says] of [
    ['short', 'Easy to guess: make it longer.'],
    ['aaaaaaaaaaaaaaaaaaaaaaaa', 'Easy to guess: make it longer.'],
    ['a long enough', 'Fair: a few more words make it strong.'],
    ['a sentence that nobody else would think of', 'Strong.'],
    ['', ''],
  ] as const) {
    await field.fill(typed)
    expect(await hint.textContent(), typed).toBe(says)
    expect(await axeFinds(page), typed).toEqual([])
  }
  expect(sent).toEqual([])
  await page.getByLabel('Current password').fill('short')
  expect(await hint.textContent(), 'no hint for a password that is there already').toBe('')
  expect(browser.complaints).toEqual([])
})
