import { beforeAll, describe, expect, test } from 'vitest'
import { caller, keyOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'

// Takes its time with the second address: the account changes hands meanwhile.
const HOOKS = {
  'slow.ts': `
import type { AddHook } from '#hooks'
export default (addHook: AddHook) =>
  addHook('PreInviteSend', 10, ({ email }) =>
    email.startsWith('ben') ? new Promise<void>((done) => setTimeout(done, 1500)) : undefined)`,
}

describe('an account changes hands while somebody invites many to it', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse({ hooks: HOOKS })
  })

  test('the former owner reads of those before, the new one of those after', async () => {
    const robot = caller(house, await keyOf(house, { name: 'Backoffice' }))
    const { id } = await house.clientNamed('Acme Hosting')
    const emails = ['ann@example.com', 'ben@example.com', 'cy@example.com']
    const invited = robot('POST', `/clients/${id}/invitations/batch`, { emails, permissions: ['tickets'] })
    await expect.poll(() => house.db('invitations').where({ email: emails[0] })).toHaveLength(1)
    expect((await robot('POST', `/clients/${id}/ownership`, { user_id: 2 })).status).toBe(200)
    expect((await invited).body.invited).toBe(3)
    // That of the former owner goes out by itself, within a minute.
    const told = (to_address: string) =>
      house.db('emails').where({ to_address }).where('template', 'like', 'invitation%').pluck('subject')
    expect(await told('alice@example.com')).toEqual([
      'API key Backoffice invited ann@example.com to Acme Hosting',
    ])
    expect(await told('bob@example.com')).toEqual(['API key Backoffice invited 2 people to Acme Hosting'])
  })
})
