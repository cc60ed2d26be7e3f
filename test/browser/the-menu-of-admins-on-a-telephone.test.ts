// On a telephone the menu of the Admin Area has a line of its own: all of it can be read and reached.

import { beforeAll, expect, test } from 'vitest'
import { logIn, startBrowser } from '../support/browser.ts'
import { startHouse } from '../support/house.ts'

let browser: Awaited<ReturnType<typeof startBrowser>>

beforeAll(async () => {
  browser = await startBrowser((await startHouse()).appUrl)
})

test.each([320, 390])('at %d pixels nothing of it is cut off', async (width) => {
  const ada = await browser.open({ viewport: { width, height: 700 } })
  await logIn(ada, 'ada@latchkey.test', '/admin/login')
  await ada.locator('#more > summary').click()
  for (const link of await ada.locator('.site-nav a:visible').all()) {
    const box = await link.boundingBox()
    expect(box?.x, await link.innerText()).toBeGreaterThanOrEqual(0)
    expect((box?.x ?? 0) + (box?.width ?? 0), await link.innerText()).toBeLessThanOrEqual(width)
  }
})
