import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'

describe('a session that somebody planted is worth nothing', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const areas = [
    {
      cookie: 'session',
      login: '/login',
      logout: '/logout',
      inside: '/user/accounts',
      email: 'alice@example.com',
    },
    {
      cookie: 'admin_session',
      login: '/admin/login',
      logout: '/admin/logout',
      inside: '/admin',
      email: 'ada@latchkey.test',
    },
  ]

  /** Only the cookies named here are sent; gives the status and the cookie that is set, if any. */
  async function ask(path: string, cookie: string, fields?: Record<string, string>) {
    const answer = await fetch(`${house.appUrl}${path}`, {
      method: fields ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { Cookie: cookie, ...(fields && { Origin: house.appUrl }) },
      ...(fields && { body: new URLSearchParams(fields) }),
    })
    const set = answer.headers.getSetCookie().find((one) => /^(admin_)?session=/.test(one))
    return { status: answer.status, value: /=([^;]*)/.exec(set ?? '')?.[1] ?? '' }
  }

  for (const { cookie, login, logout, inside, email } of areas)
    describe(login, () => {
      const logIn = (before: string) => ask(login, before, { email, password: PASSWORD })
      const isIn = async (value: string) => (await ask(inside, `${cookie}=${value}`)).status === 200

      test('a value chosen by somebody else never becomes a session', async () => {
        for (const planted of [
          'planted',
          'a'.repeat(40),
          '0',
          '%00',
          '../../x',
          '1 OR 1=1',
          'é%',
          '[object Object]',
        ]) {
          const { status, value } = await logIn(`${cookie}=${encodeURIComponent(planted)}`)
          expect([planted, status]).toEqual([planted, 303])
          expect(value).not.toBe(encodeURIComponent(planted))
          expect([planted, await isIn(encodeURIComponent(planted)), await isIn(value)]).toEqual([
            planted,
            false,
            true,
          ])
        }
      })

      test('nor does one given twice, before or after the right one', async () => {
        const { value } = await logIn('')
        const both = await ask(login, `${cookie}=planted; ${cookie}=planted2`, { email, password: PASSWORD })
        expect(['planted', 'planted2', value, '']).not.toContain(both.value)
        expect([await isIn('planted'), await isIn('planted2')]).toEqual([false, false])
      })

      test('each login makes another id, also of one who is logged in, and the one before ends', async () => {
        const [first, other] = [await logIn(''), await logIn('')]
        expect(first.value).not.toBe(other.value)
        const again = await logIn(`${cookie}=${first.value}`)
        expect(again.status).toBe(303)
        expect([first.value, other.value]).not.toContain(again.value)
        expect(await isIn(again.value)).toBe(true)
        expect(await isIn(other.value), 'another browser').toBe(true)
        expect(await isIn(first.value), 'the one before').toBe(false)
      })

      test('logging out ends it on the server too', async () => {
        const { value } = await logIn('')
        expect(await isIn(value)).toBe(true)
        await ask(logout, `${cookie}=${value}`, {})
        expect(await isIn(value)).toBe(false)
      })

      test('the cookie of one area opens nothing of the other', async () => {
        const { value } = await logIn('')
        const other = areas.find((area) => area.cookie !== cookie)
        for (const sent of [`${other?.cookie}=${value}`, `${cookie}=${value}`])
          expect((await ask(other?.inside ?? '', sent)).status).toBe(303)
      })

      test('what the database keeps is not what the cookie holds', async () => {
        const { value } = await logIn('')
        const rows = await house.db(cookie === 'session' ? 'sessions' : 'admin_sessions').select()
        expect(rows.length).toBeGreaterThan(0)
        expect(JSON.stringify(rows)).not.toContain(decodeURIComponent(value))
      })
    })
})
