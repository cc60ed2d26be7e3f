import { beforeAll, expect, test } from 'vitest'
import { PASSWORD } from '../../src/dev/cast.ts'
import { logIn, startBrowser } from '../support/browser.ts'
import { codeOf } from '../support/factors.ts'
import { startHouse } from '../support/house.ts'

let browser: Awaited<ReturnType<typeof startBrowser>>

beforeAll(async () => {
  browser = await startBrowser((await startHouse()).appUrl)
})

test('Copy takes all of them, one a line', async () => {
  const alice = await browser.open()
  await logIn(alice, 'alice@example.com')
  await alice.goto('/user/security')
  await alice.getByLabel('Current password').first().fill(PASSWORD)
  await alice.getByRole('button', { name: 'Set up' }).click()
  const key = await alice.locator('code').first().innerText()
  await alice.getByLabel('Code').fill(codeOf(key.replaceAll(' ', '')))
  await alice.getByRole('button', { name: 'Turn on' }).click()
  await alice.getByRole('button', { name: 'Copy' }).click()
  await alice.getByText('Copied.').waitFor()
  const codes = await alice.locator('li code').allInnerTexts()
  const marked = await alice.evaluate(() => String(getSelection()))
  expect(marked.trim().split('\n')).toEqual(codes)
})
