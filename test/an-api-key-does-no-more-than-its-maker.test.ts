import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { addAdmin, addRole } from './support/admins.ts'
import { caller, keyOf, problem } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('an API key does no more than whoever answers for it may do now', () => {
  let house: TestHouse
  let ada: Visitor
  let call: ReturnType<typeof caller>
  let acme: number
  const mine = { 'Your password': PASSWORD }
  const close = async () => (await call('POST', `/clients/${acme}/close`)).body.type
  const kim = () => house.db('admins').where({ email: 'kim@latchkey.test' })

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    acme = (await house.clientNamed('Acme Hosting')).id
    await addAdmin(house.db, 'kim', await addRole(house.db, 'Keys', 'api,edit-clients,list-clients'))
    const secret = await keyOf(house, { name: 'Kim’s robot', rights: ['edit-clients', 'list-clients'] })
    const { id } = await kim().first()
    await house.db('api_credentials').update({ admin_id: id })
    call = caller(house, secret)
  })

  test('when their role is cut down, so is the key, with the next call', async () => {
    expect((await call('GET', `/clients/${acme}`)).status).toBe(200)
    await house.db('roles').where({ name: 'Keys' }).update({ rights: 'api,list-clients' })
    expect(await close()).toBe(problem('rights.missing'))
    expect((await call('GET', `/clients/${acme}`)).status).toBe(200)
    await house.db('roles').where({ name: 'Keys' }).update({ rights: 'edit-clients,list-clients' })
    expect((await call('GET', `/clients/${acme}`)).status).toBe(200)
  })

  test('when they are disabled it stands still, and the list says so', async () => {
    await kim().update({ status: 'disabled' })
    const { status, body } = await call('GET', `/clients/${acme}`)
    expect([status, body.type]).toEqual([401, problem('api.unauthorized')])
    await ada.visit('/admin/api')
    expect(ada.text).toMatch(/Kim’s robot ?Stands still ?Answered for by kim/i)
    await ada.follow('Kim’s robot')
    expect(ada.text).toContain('Save it to answer for it yourself')
  })

  test('whoever holds as much saves it and answers for it from then on', async () => {
    await ada.visit('/admin/api')
    await ada.follow('Kim’s robot')
    await ada.press('Save', mine)
    expect(ada.told).toContain('is saved')
    expect((await call('GET', `/clients/${acme}`)).status).toBe(200)
    const entry = await house.db('activity').where({ action: 'credential.edited' }).first()
    const { before, after } = JSON.parse(entry.detail)
    expect([before.answersFor, after.answersFor]).toEqual(['kim', 'Ada Admin'])
  })

  test('whoever holds less cannot take it over', async () => {
    await kim().update({ status: 'active' })
    await house.db('roles').where({ name: 'Keys' }).update({ rights: 'api,list-clients' })
    const lesser = await house.admin('kim')
    await lesser.visit('/admin/api')
    await lesser.follow('Kim’s robot')
    await lesser.press('Save', mine)
    expect([lesser.status, lesser.told]).toEqual([422, expect.stringContaining('more rights than you do')])
    expect((await house.db('api_credentials').first()).admin_id).not.toBe((await kim().first()).id)
  })
})
