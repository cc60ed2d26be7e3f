import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../../src/dev/cast.ts'
import { axeFinds, logIn, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

let house: TestHouse
let browser: Awaited<ReturnType<typeof startBrowser>>

beforeAll(async () => {
  house = await startHouse({ hostname: 'localhost' })
  browser = await startBrowser(house.appUrl)
})

/** A device with a fingerprint sensor that a finger always lies on. */
async function withSensor(page: Page) {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    /** The next one is not her finger. */
    verify: (isUserVerified: boolean) =>
      devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  }
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

describe.each([
  ['a user', 'alice@example.com', '/login', '/user', '/clientarea'],
  ['an admin', 'ada@latchkey.test', '/admin/login', '/admin', '/admin'],
])('%s', (_, email, login, area, home) => {
  let page: Page
  let sensor: Awaited<ReturnType<typeof withSensor>>

  beforeEach(async () => {
    page = await browser.open({ reducedMotion: 'reduce' })
    sensor = await withSensor(page)
  })

  const logOut = () => page.context().clearCookies()

  test('adds a passkey, logs in without a password, and with it as second step', async () => {
    await logIn(page, email, login)
    await page.goto(`${area}/security`)
    expect(await page.getByText('Passkeys do not work here').isVisible()).toBe(false)
    await page.getByLabel('Name of the passkey').fill('Laptop')
    const form = page.locator('form', { has: page.getByLabel('Name of the passkey') })
    await form.getByLabel('Current password').fill(PASSWORD)
    await press(page, 'Add a passkey')
    await page.getByText('Your browser now makes the passkey “Laptop”').waitFor()
    expect(await axeFinds(page)).toEqual([])
    await press(page, 'Make the passkey')
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor()

    await logOut()
    await page.goto(login)
    expect(await axeFinds(page)).toEqual([])
    await press(page, 'Log in with a passkey')
    await page.waitForURL((url) => url.pathname === home)

    await logOut()
    await page.goto(login)
    await page.getByLabel('Email address').fill(email)
    await page.getByLabel('Password').fill(PASSWORD)
    await press(page, 'Log in')
    await page.getByRole('heading', { name: 'One more step' }).waitFor()
    await press(page, 'Use a passkey')
    await page.waitForURL((url) => url.pathname === home)

    await page.goto(`${area}/security`)
    await page.getByLabel('Name of the passkey').fill('Again')
    await form.getByLabel('Current password').fill(PASSWORD)
    await press(page, 'Add a passkey')
    await press(page, 'Make the passkey')
    await page.getByText('This device has a passkey for your login already.').waitFor()

    await logOut()
    await page.goto(login)
    await sensor.verify(false)
    await press(page, 'Log in with a passkey')
    await page.getByText('That did not work. Try again, or choose another way.').waitFor()
    expect(await axeFinds(page)).toEqual([])
    expect(browser.complaints).toEqual([])
  })
})

test('a passkey that is removed here: the page says so, and the password still works there', async () => {
  const page = await browser.open({ reducedMotion: 'reduce' })
  await withSensor(page)
  await logIn(page, 'bob@example.com')
  await page.goto('/user/security')
  await page.getByLabel('Name of the passkey').fill('Laptop')
  const form = page.locator('form', { has: page.getByLabel('Name of the passkey') })
  await form.getByLabel('Current password').fill(PASSWORD)
  await press(page, 'Add a passkey')
  await press(page, 'Make the passkey')
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor()
  await house.db('passkeys').where({ name: 'Laptop', person_kind: 'user' }).delete()
  await house.db('users').where({ email: 'bob@example.com' }).update({ factors: 0 })
  await page.context().clearCookies()
  await page.goto('/login')
  await press(page, 'Log in with a passkey')
  await page.getByText('That passkey does not work here, or it took too long.').waitFor()
  await page.getByLabel('Email address').fill('bob@example.com')
  await page.getByLabel('Password').fill(PASSWORD)
  await press(page, 'Log in')
  await page.waitForURL((url) => url.pathname === '/clientarea')
  expect(browser.complaints).toEqual([])
})

test('without JavaScript nothing is offered that would not work, and a sentence says why', async () => {
  const page = await browser.open({ javaScriptEnabled: false })
  await page.goto('/login')
  expect(await page.getByText('Log in with a passkey').isVisible()).toBe(false)
  await logIn(page, 'carol@example.com')
  await page.goto('/user/security')
  expect(await page.getByText('Passkeys do not work here.').isVisible()).toBe(true)
  expect(await page.getByText('Add a passkey').isVisible()).toBe(false)
  expect(browser.complaints).toEqual([])
})
