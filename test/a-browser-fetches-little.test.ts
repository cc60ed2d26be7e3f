import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { ask } from './bench/connection.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const FIRST_VISIT_MAX = 100 * 1024
const NEXT_VISIT_MAX = 10 * 1024
const BROWSER = { 'Accept-Encoding': 'gzip, deflate, br' }

describe('a browser fetches little', () => {
  let house: TestHouse
  let ada: Visitor
  let assets: string[]

  /** As it comes over the wire. */
  const get = (path: string, headers: Record<string, string> = {}) =>
    ask(Number(new URL(house.appUrl).port), { path, headers })
  const field = ({ head }: { head: string }, name: string) =>
    new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim()

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    const acme = await house.clientNamed('Acme Hosting')
    await ada.visit(`/admin/clients/${acme.id}/users`)
    assets = [...new Set([...ada.html.matchAll(/\/assets\/[^"#]+/g)].map(([url]) => url))]
  })

  test('a page with everything it names is small, and the page alone smaller still', async () => {
    const headers = { ...BROWSER, Cookie: `admin_session=${ada.cookie('admin_session')}` }
    const page = await get(ada.path, headers)
    let all = page.body.length
    for (const asset of assets) all += (await get(asset, BROWSER)).body.length
    expect(page.status).toBe(200)
    expect(page.body.length).toBeLessThan(NEXT_VISIT_MAX)
    expect(assets.length).toBeGreaterThan(5)
    expect(all).toBeLessThan(FIRST_VISIT_MAX)
  })

  test('an asset is the same in every way that it is sent', async () => {
    for (const asset of assets) {
      const [plain, gzip, br] = [
        await get(asset),
        await get(asset, { 'Accept-Encoding': 'gzip' }),
        await get(asset, BROWSER),
      ]
      expect([plain, gzip, br].map((one) => field(one, 'Content-Encoding'))).toEqual([
        undefined,
        'gzip',
        'br',
      ])
      expect([plain, gzip, br].map((one) => field(one, 'Vary'))).toEqual(Array(3).fill('Accept-Encoding'))
      expect(gunzipSync(gzip.body).equals(plain.body), asset).toBe(true)
      expect(brotliDecompressSync(br.body).equals(plain.body), asset).toBe(true)
      expect(br.body.length).toBeLessThan(gzip.body.length)
      expect(gzip.body.length).toBeLessThan(plain.body.length)
    }
  })

  test('who has it already is not sent it again; who says no to every encoding gets it as it is', async () => {
    const [asset = ''] = assets
    const tag = field(await get(asset, BROWSER), 'ETag') ?? ''
    const again = await get(asset, { ...BROWSER, 'If-None-Match': tag })
    expect([again.status, again.body.length]).toEqual([304, 0])
    expect((await get(asset, { 'If-None-Match': 'W/"another"' })).status).toBe(200)
    const refused = await get(asset, { 'Accept-Encoding': 'br;q=0, gzip;q=0' })
    expect(field(refused, 'Content-Encoding')).toBeUndefined()
  })
})
