import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { samplePages } from '../../src/dev/sample-pages.ts'
import { axeFinds, axeFindsInTheDark, logIn, sidewaysPixels, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>

const WIDE = { width: 1200, height: 900 }
const NARROW = { width: 390, height: 844 }

beforeAll(async () => {
  house = await startHouse({ hostname: 'localhost' })
  browser = await startBrowser(house.appUrl)
})

test('every template passes axe in light and dark, and nothing scrolls sideways on a telephone', async () => {
  const page = await browser.open({ colorScheme: 'light', viewport: NARROW, reducedMotion: 'reduce' })
  const wrong: string[] = []
  for (const [nth, { name }] of samplePages().entries()) {
    await page.goto(`/dev/views/${nth}`)
    wrong.push(...(await axeFinds(page)).map((finding) => `${name}: ${finding}`))
    wrong.push(...(await axeFindsInTheDark(page)).map((finding) => `${name}, dark: ${finding}`))
    if ((await sidewaysPixels(page)) > 0) wrong.push(`${name}: it scrolls sideways`)
  }
  expect(wrong).toEqual([])
}, 900_000)

test('the dark changes colours alone, so all else need be seen only once', async () => {
  const page = await browser.open()
  await page.goto('/login')
  const changed = await page.evaluate(() => {
    const rules = [...document.styleSheets].flatMap(({ cssRules }) => [...cssRules])
    const dark = rules.filter(
      (rule) => rule instanceof CSSMediaRule && /color-scheme/.test(rule.conditionText),
    )
    return (dark as CSSMediaRule[]).flatMap(({ cssRules }) =>
      [...(cssRules as unknown as CSSStyleRule[])].flatMap(({ style }) => [...style]),
    )
  })
  expect(changed).toContain('--ground')
  expect(changed.filter((name) => !/^--|^filter$/.test(name))).toEqual([])
})

test.each(['light', 'dark'] as const)(
  '%s: the menu and the dialog pass axe when they are open',
  async (colorScheme) => {
    const page = await browser.open({ colorScheme, viewport: WIDE, reducedMotion: 'reduce' })
    await logIn(page, 'alice@example.com')
    await page.goto('/account/users')
    await page.getByText('Hello, Alice!').click()
    expect(await axeFinds(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Remove Access' }).click()
    await page.getByRole('dialog').waitFor()
    expect(await axeFinds(page)).toEqual([])
  },
)

test('the colours follow the system', async () => {
  const ground = async (colorScheme: 'light' | 'dark') => {
    const page = await browser.open({ colorScheme })
    await page.goto('/login')
    return page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  }
  expect(await ground('light')).toBe('rgb(247, 246, 243)')
  expect(await ground('dark')).toBe('rgb(20, 23, 26)')
})

test('the first visit of the Users tab loads 100 KB at most, the second 10 KB', async () => {
  const page = await browser.open({ viewport: WIDE })
  await logIn(page, 'alice@example.com')
  const visit = async () => (await transferred(page, () => page.goto('/account/users'))) / 1024
  const fresh = await browser.open({ viewport: WIDE })
  await fresh.context().addCookies(await page.context().cookies())
  const first = (await transferred(fresh, () => fresh.goto('/account/users'))) / 1024
  expect(first).toBeGreaterThan(20)
  expect(first).toBeLessThanOrEqual(100)
  await visit()
  expect(await visit()).toBeLessThanOrEqual(10)
})

/** Bytes over the wire, compressed as they came, of everything that the page loads. */
async function transferred(page: Page, act: () => Promise<unknown>): Promise<number> {
  const client = await page.context().newCDPSession(page)
  await client.send('Network.enable')
  let bytes = 0
  client.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  await act()
  await page.waitForLoadState('networkidle')
  await client.detach()
  return bytes
}

test('nothing jumps while a page loads, a list is found or a dialog opens', async () => {
  const page = await browser.open({ viewport: WIDE, reducedMotion: 'reduce' })
  await page.addInitScript(() => {
    const shifts = { sum: 0 }
    Object.assign(window, { shifts })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.sum += (entry as unknown as { value: number }).value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  const jumped = () => page.evaluate(() => (window as unknown as { shifts: { sum: number } }).shifts.sum)
  await logIn(page, 'alice@example.com')
  await page.goto('/account/users')
  await page.getByRole('link', { name: 'Remove Access' }).click()
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  expect(await jumped()).toBeLessThan(0.02)

  await logIn(page, 'ada@latchkey.test', '/admin/login')
  await page.goto('/admin/clients')
  await page.getByLabel('Search by name').pressSequentially('acm')
  await page.getByText('Chen Labs').waitFor({ state: 'detached' })
  expect(await jumped()).toBeLessThan(0.02)
})

test('no page complained', () => {
  expect(browser.complaints).toEqual([])
})
