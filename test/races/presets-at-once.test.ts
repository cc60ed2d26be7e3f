import { expect, test } from 'vitest'
import { atOnce } from '../support/crowd.ts'
import { startHouse } from '../support/house.ts'

const house = await startHouse()
const { db } = house

// Fails when takePresets takes no client: then each reads the presets as they were before the others.
test('the same name in another case, and the twentieth place, at once: one each', async () => {
  const acme = (await house.clientNamed('Acme Hosting')).id
  const alice = await house.user('alice', 'Acme Hosting')
  const tabs = Array.from({ length: 6 }, () => alice.newTab())
  const at = new Date().toISOString()
  const rows = (count: number) =>
    Array.from({ length: count }, (_, nth) => ({
      ...{ client_id: acme, name: `Preset ${nth}`, permissions: 'emails', created_at: at, updated_at: at },
    }))
  for (let round = 0; round < 8; round++) {
    const isLast = round % 2 === 1
    await db('presets').delete()
    if (isLast) await db('presets').insert(rows(19))
    const names = ['Front desk', 'FRONT DESK', 'front desk', 'Front  desk', 'fRONT dESK', 'FRONT desk']
    const statuses = await atOnce(
      tabs.map((tab, nth) => async () => {
        const name = isLast ? `Another ${nth}` : names[nth]
        const answer = await tab.agent
          .post('/account/presets')
          .set({ Origin: house.appUrl })
          .type('form')
          .send({ name, permissions: 'invoices' })
        return answer.status
      }),
    )
    expect(statuses.sort()).toEqual([303, 422, 422, 422, 422, 422])
    expect(await db('presets')).toHaveLength(isLast ? 20 : 1)
    const added = await db('activity').where({ action: 'preset.added' })
    expect(added).toHaveLength(round + 1)
  }
})
