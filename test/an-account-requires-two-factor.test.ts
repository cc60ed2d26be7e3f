import { beforeAll, describe, expect, test } from 'vitest'
import { setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('an account requires two-factor of everyone', () => {
  let house: TestHouse
  let alice: Visitor
  let bob: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    bob = await house.user('bob', 'Acme Hosting')
  })

  const required = async () => (await house.clientNamed('Acme Hosting')).require_factor

  test('the owner needs a factor first; who is no owner cannot ask for it', async () => {
    await alice.visit('/account/users')
    expect(alice.text).toContain('Set up two-factor for your own login first.')
    await alice.post('/account/users/require-factor', { require_factor: '1' })
    expect([alice.status, await required()]).toEqual([422, 0])
    await bob.post('/account/users/require-factor', { require_factor: '1' })
    expect([bob.status, await required()]).toEqual([403, 0])
    const carol = await house.user('carol')
    await carol.post('/account/users/require-factor', { require_factor: '1' })
    expect(await required()).toBe(0)
  })

  test('Bob, who has none, sees nothing of the account until it is set up', async () => {
    await setUpTwoFactor(alice)
    await alice.visit('/account/users')
    await alice.press('Require two-factor')
    expect([alice.told, await required()]).toEqual(['From now on everyone needs two-factor here.', 1])
    for (const path of ['/clientarea', '/account/users', '/account/details']) {
      await bob.visit(path)
      expect([bob.status, bob.title], path).toEqual([403, 'Set up two-factor first'])
      expect(bob.text).toContain('Acme Hosting asks two-factor of everyone who acts for it.')
      expect(bob.text, path).not.toContain('Alice')
    }
    await bob.post('/account/details', { company_name: 'Mine' })
    expect([bob.status, await house.clientNamed('Mine')]).toEqual([403, undefined])
    await bob.visit('/user/accounts')
    expect([bob.status, bob.title]).toEqual([200, 'Switch Account'])

    await bob.visit('/clientarea')
    await bob.follow('Set up two-factor')
    await setUpTwoFactor(bob)
    await bob.visit('/clientarea')
    expect([bob.status, bob.title]).toEqual([200, 'Acme Hosting'])
  })

  test('it is in the log, in a sentence, and ends as it began', async () => {
    await alice.visit('/account/users')
    await alice.press('Do not require it any more')
    expect([alice.told, await required()]).toEqual(['Two-factor is not required any more.', 0])
    const ada = await house.admin()
    const { id } = await house.clientNamed('Acme Hosting')
    await ada.visit(`/admin/clients/${id}`)
    expect(ada.text).toContain('required two-factor from everyone')
    expect(ada.text).toContain('stopped requiring two-factor')
  })
})
