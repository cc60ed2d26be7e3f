import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { caller, keyOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const run = promisify(execFile)
const DOCUMENT = readFileSync(join(import.meta.dirname, '../docs/api.md'), 'utf8')
const ACCEPTED = '## Dora accepts'

/** The shell blocks, as they stand there. */
const blocks = (text: string) => [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block)

/** Whoever tried the examples of /api/docs first: Dora has had her mails of the day, and Carol's new address is unproven. */
async function asAfterTheExamples(house: TestHouse) {
  const call = caller(house, await keyOf(house))
  const dora = { email: 'dora@example.com', permissions: ['tickets'] }
  for (const client of [1, 2, 3])
    expect((await call('POST', `/clients/${client}/invitations`, dora)).status).toBe(201)
  expect((await call('POST', '/users/3/email', { new_email: 'carol.chen@example.com' })).status).toBe(200)
  await house.mailTo('dora@example.com')
}

test('docs/api.md: from a key to an accepted invitation, as it stands there', async () => {
  const house = await startHouse({ limited: true })
  await asAfterTheExamples(house)
  const secret = await keyOf(house, { rights: ['list-clients', 'edit-clients', 'invite', 'manage-access'] })
  const own = (text: string) =>
    text.replace('http://localhost:3000', house.appUrl).replace('latchkey_key_…', secret)
  const [before, after] = own(DOCUMENT).split(ACCEPTED) as [string, string]
  expect([blocks(before).length, blocks(after).length]).toEqual([4, 3])
  const state = join(house.folder, 'shell')

  const first = await run('sh', ['-aec', `${blocks(before).join('\n')}\nexport -p > ${state}`])
  expect(first.stdout).toMatch(/^client \d+$/m)
  expect(first.stdout).toContain('"city":"Hamburg"')
  const [, address = ''] = /"email":"(dora-[^"]*)".*"state":"pending"/.exec(first.stdout) ?? []

  const link = await house.linkTo(address)
  expect(first.stdout).not.toContain(link)
  const dora = house.visitor()
  await dora.visit(link)
  await dora.press('Create account', {
    ...{ 'First name': 'Dora', 'Last name': 'Dietz', 'Email address': address },
    Password: 'a-long-sentence-of-her-own',
  })
  expect(dora.told).toContain('You now act for')

  const second = await run('sh', ['-ec', `. ${state}\n${blocks(after).join('\n')}`])
  expect(second.stdout).toContain('"state":"accepted"')
  expect(second.stdout).toContain('{"allowed":true,"because":"granted"}')
  expect(second.stdout).toContain('"permissions":["invoices","quotes"]')
})
