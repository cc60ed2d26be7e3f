import { load } from 'cheerio'
import { expect, test } from 'vitest'
import { makeFirstLink } from '../../src/domain/first-admin.ts'
import { addAdmin, adminNamed, proof } from '../support/admins.ts'
import { atOnce } from '../support/crowd.ts'
import { startHouse } from '../support/house.ts'

const house = await startHouse()
const { db } = house

// Fails when takeAdmins writes nothing: then both read the other as Full, and none is left.
test('H9 two Full admins demote or disable each other at once: one stays', async () => {
  const ids = [Number((await adminNamed(db, 'ada')).id), await addAdmin(db, 'bea', 'full')]
  for (let round = 0; round < 12; round++) {
    await db('admins').whereIn('id', ids).update({ role: 'full', status: 'active' })
    const both = [await house.admin('ada'), await house.admin('bea')]
    const answers = await atOnce(
      both.map((visitor, nth) => async () => {
        const [name, other] = nth === 0 ? ['bea', ids[1]] : ['ada', ids[0]]
        const body = { ...proof, name, email: `${name}@latchkey.test`, role: 'support' }
        const isDemoting = (round + nth) % 2 === 0
        await visitor.post(`/admin/admins/${other}${isDemoting ? '' : '/disable'}`, isDemoting ? body : {})
        return visitor.status
      }),
    )
    expect(answers.filter((status) => status >= 500)).toEqual([])
    const left = await db('admins').where({ role: 'full', status: 'active' })
    expect(left).toHaveLength(1)
  }
})

// Fails when a setting that somebody else has written meanwhile is written anew.
test('settings are saved for the first time by several at once: it works for all of them', async () => {
  await db('admins').update({ role: 'full', status: 'active' })
  const ada = await house.admin()
  await ada.visit('/admin/settings')
  const shown = load(ada.html)('form[action="/admin/settings"]').serialize()
  for (let round = 0; round < 6; round++) {
    await db('settings').whereIn('key', ['name', 'limit.login']).delete()
    const answers = await atOnce(
      ['1', '2', '3', '4'].map((nth) => async () => {
        const form = new URLSearchParams(shown)
        form.set('name', `House ${nth}`)
        form.set('login', `7${nth}`)
        const tab = ada.newTab()
        await tab.post('/admin/settings', String(form))
        return tab.status
      }),
    )
    expect(answers).toEqual([200, 200, 200, 200])
  }
})

test('H9 the first link is used by two at once: one admin', async () => {
  for (let round = 0; round < 6; round++) {
    for (const table of ['admin_sessions', 'admins', 'first_admin_links']) await db(table).delete()
    const links = await atOnce(Array.from({ length: 4 }, () => () => makeFirstLink(db)))
    const [one, ...others] = links.filter(Boolean)
    expect(others).toEqual([])
    const path = (one?.link ?? '').slice(house.appUrl.length)
    await atOnce(
      ['x', 'y'].map((name) => async () => {
        const body = { ...proof, name, email: `${name}@latchkey.test`, password: 'a long sentence of mine' }
        return (await house.visitor().post(path, body)).status
      }),
    )
    expect(await db('admins')).toHaveLength(1)
  }
})
