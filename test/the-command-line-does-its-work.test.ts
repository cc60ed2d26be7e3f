import { expect, test } from 'vitest'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse } from './support/house.ts'
import { start } from './support/processes.ts'

const house = await startHouse()
const settings = { DATABASE_URL: house.config.databaseUrl, APP_URL: house.appUrl }

test('an invitation that ran out is over before the job ran; npm run job writes it down', async () => {
  const alice = await house.user('alice')
  await alice.post('/account/users/invite', { email: 'dora@example.com' })
  await alice.post('/account/users/invite', { email: 'erik@example.com' })
  const link = await house.linkTo('dora@example.com')
  moveClock(7 * 24 * 60 + 1)
  const stranger = house.visitor()
  expect((await stranger.visit(link)).status).toBe(404)
  await alice.visit('/account/users')
  expect(alice.text).toContain('Ran out')
  expect(await house.db('invitations').where({ email: 'dora@example.com' }).first()).toMatchObject({
    status: 'pending',
  })

  // The job is a process with a clock of its own, so the time of one invitation is over for real.
  await house
    .db('invitations')
    .where({ email: 'dora@example.com' })
    .update({ expires_at: '2026-01-01T00:00:00.000Z' })
  const job = start('job', settings, 'src/cli/job.ts expire-invitations')
  expect(await job.ended).toBe(0)
  expect(job.output()).toContain('expire-invitations: 1')
  expect(await house.db('invitations').where({ email: 'dora@example.com' }).first()).toMatchObject({
    status: 'expired',
    open_email: null,
  })
  expect(await house.db('activity').where({ action: 'invite.expired' }).first()).toMatchObject({
    actor_kind: 'system',
    actor_name: 'expire-invitations',
  })
  expect(await house.db('hook_events').where({ name: 'InviteExpired' })).toHaveLength(1)
})

test('a job that does not exist is answered with those that do', async () => {
  const job = start('job', settings, 'src/cli/job.ts nonsense')
  expect(await job.ended).toBe(1)
  expect(job.output()).toContain('Name a job: expire-invitations')
})

test('admin:create makes an admin from the environment, who can log in; what is wrong is one sentence', async () => {
  const given = {
    ADMIN_EMAIL: 'new.admin@latchkey.test',
    ADMIN_NAME: 'New Admin',
    ADMIN_PASSWORD: 'a long sentence',
  }
  const made = start('admin', { ...settings, ...given }, 'src/cli/admin-create.ts')
  expect(await made.ended).toBe(0)
  const admin = house.visitor()
  await admin.visit('/admin/login')
  await admin.press('Log in', { 'Email address': given.ADMIN_EMAIL, Password: given.ADMIN_PASSWORD })
  expect(admin.path).toBe('/admin')

  const wrong = [
    [{ ADMIN_PASSWORD: 'short' }, 'A password has at least 10 characters.'],
    [{ ADMIN_EMAIL: 'nonsense' }, 'That email address is not complete: something like name@example.com.'],
    [{}, 'There is an admin with this address.'],
  ] as const
  for (const [change, sentence] of wrong) {
    const refused = start('admin', { ...settings, ...given, ...change }, 'src/cli/admin-create.ts')
    expect(await refused.ended).toBe(1)
    expect(refused.output().trim()).toBe(sentence)
  }
})
