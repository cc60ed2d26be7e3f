import { expect, test } from 'vitest'
import { PASSWORD } from '../../src/dev/cast.ts'
import { axeFinds, logIn, startBrowser } from '../support/browser.ts'
import { startHouse } from '../support/house.ts'

test('the other login is found while typing; preview, merge and delete work with scripts as without', async () => {
  const house = await startHouse()
  const browser = await startBrowser(house.appUrl)
  const ada = await browser.open()
  const bob = await house.db('users').where({ email: 'bob@example.com' }).first('id')
  await logIn(ada, 'ada@latchkey.test', '/admin/login')
  await ada.goto(`/admin/users/${bob.id}`)
  await ada.getByRole('link', { name: 'Merge', exact: true }).click()
  await ada.getByLabel('Search by name or address').pressSequentially('car')
  await ada.getByRole('radio', { name: 'Carol Chen' }).check()
  expect(await ada.getByRole('radio', { name: 'Bob Brown' }).count(), 'not itself').toBe(0)
  expect(await axeFinds(ada)).toEqual([])
  await ada.getByRole('button', { name: 'Show what will happen' }).click()
  await ada.getByRole('heading', { name: 'Merge carol@example.com into bob@example.com' }).waitFor()

  const at = new Date().toISOString()
  const { id: client_id } = await house.clientNamed('Ames Consulting')
  const access = { client_id, user_id: bob.id, permissions: 'emails', created_at: at, updated_at: at }
  await house.db('associations').insert(access)
  await ada.getByLabel('Your password').fill(PASSWORD)
  await ada.getByRole('button', { name: 'Merge the logins' }).click()
  await ada.getByText('Something changed since you looked').waitFor()
  await ada.getByText('Ames Consulting').waitFor()
  await ada.getByLabel('Your password').fill(PASSWORD)
  await ada.getByRole('button', { name: 'Merge the logins' }).click()
  await ada.getByText('carol@example.com is merged').waitFor()

  await house.db('users').insert({
    ...{ email: 'dora@example.com', first_name: 'Dora', last_name: 'Diaz', search_text: 'dora diaz' },
    ...{ created_at: at, updated_at: at },
  })
  const dora = await house.db('users').where({ email: 'dora@example.com' }).first('id')
  await ada.goto(`/admin/users/${dora.id}`)
  await ada.getByRole('link', { name: 'Delete', exact: true }).click()
  const dialog = ada.getByRole('dialog')
  await dialog.getByText('this cannot be taken back').waitFor()
  expect(await axeFinds(ada)).toEqual([])
  await dialog.getByLabel('Your password').fill(PASSWORD)
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
  await ada.getByText('The login dora@example.com is deleted.').waitFor()
  expect(browser.complaints).toEqual([])
})
