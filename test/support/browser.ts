// A real browser. Every page is watched: an error in its console, a refusal by the Content-Security-Policy or
// an exception in its script fails the test that it happens in.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { PASSWORD } from '../../src/dev/cast.ts'
import { atEnd } from './at-end.ts'

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
]
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

// Chromium reports every answer of 400 and above as a console error; those are asked for by the stories.
const EXPECTED = /Failed to load resource: the server responded with a status of 4(01|04|09|22|29)/

export async function startBrowser(appUrl: string) {
  const browser: Browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [...QUIET, '--disable-sync', '--no-first-run'],
  })
  const complaints: string[] = []
  atEnd(() => browser.close())

  return {
    complaints,
    /** A window of its own: another person, or the same on another device. */
    async open(options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({ baseURL: appUrl, locale: 'en', ...options })
      const page = await context.newPage()
      page.setDefaultTimeout(30_000)
      page.on('console', (message) => {
        const text = message.text()
        if (message.type() === 'error' && !EXPECTED.test(text)) complaints.push(`${page.url()}: ${text}`)
      })
      page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
      return page
    },
  }
}

export async function logIn(page: Page, email: string, path = '/login') {
  await page.goto(path)
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
  await page.waitForURL((url) => !url.pathname.endsWith('/login'))
}

/** What axe finds wrong by WCAG 2.2 AA and good practice. The debugger's script is no page's script. */
export async function axeFinds(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return axeRuns(page)
}

/** Of a page that axe has seen, in the dark: there the same stands in other colours, and only these are looked at. */
export async function axeFindsInTheDark(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' })
  const found = await axeRuns(page, ['color-contrast', 'link-in-text-block'])
  await page.emulateMedia({ colorScheme: 'light' })
  return found
}

/** All rules, or these alone. */
const axeRuns = (page: Page, rules: string[] = []): Promise<string[]> =>
  page.evaluate(async (rules) => {
    // What is just arriving is still faint.
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished))
    const { axe } = window as unknown as { axe: { run(how: object): Promise<{ violations: Violation[] }> } }
    const { violations } = await axe.run({
      // All else is not looked at, so it need not be told.
      resultTypes: ['violations'],
      ...(rules.length > 0 && { runOnly: rules }),
    })
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    )
  }, rules)

interface Violation {
  id: string
  nodes: { html: string }[]
}

export const sidewaysPixels = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
