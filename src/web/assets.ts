// Everything a page loads: files of ours and the builds of htmx and Bootstrap, each under an address that
// changes with its content, so that a browser may keep it for a year. What a browser takes compressed was compressed
// once, as well as can be.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { type Request, Router } from 'express'

const own = (name: string) => fileURLToPath(new URL(`../../public/${name}`, import.meta.url))
const from = (path: string) => createRequire(import.meta.url).resolve(path)

/** A build that a package does not export by name. */
const beside = (path: string, build: string) => join(dirname(from(path)), build)

const FILES: Record<string, string> = {
  'bootstrap.css': from('bootstrap/dist/css/bootstrap.min.css'),
  'theme.css': own('theme.css'),
  'htmx.js': from('htmx.org/dist/htmx.min.js'),
  'app.js': own('app.js'),
  'strength.js': own('strength.js'),
  'webauthn.js': beside('@simplewebauthn/browser', '../dist/bundle/index.umd.min.js'),
  'passkeys.js': own('passkeys.js'),
  'presets.js': own('presets.js'),
  'icons.svg': own('icons.svg'),
  'favicon.svg': own('favicon.svg'),
}

const YEAR = 'public, max-age=31536000, immutable'

/** The one that makes less of it first. */
const ENCODINGS = {
  br: promisify(brotliCompress),
  gzip: (body: Buffer) => promisify(gzip)(body, { level: constants.Z_BEST_COMPRESSION }),
}
type Encoding = keyof typeof ENCODINGS

interface Asset {
  body: Buffer
  version: string
  compressed: Partial<Record<Encoding, Promise<Buffer>>>
}

function readAsset(path: string): Asset {
  // Source maps are not served.
  const body = Buffer.from(readFileSync(path, 'utf8').replace(/\n?(\/\/|\/\*)# sourceMappingURL=.*$/m, ''))
  const version = createHash('sha256').update(body).digest('base64url').slice(0, 10)
  return { body, version, compressed: {} }
}

const assets = new Map(Object.entries(FILES).map(([name, path]) => [name, readAsset(path)]))

const compress = ({ body, compressed }: Asset, encoding: Encoding) => {
  compressed[encoding] ??= ENCODINGS[encoding](body)
  return compressed[encoding]
}

/** When the server starts, beside its other work; whoever comes earlier waits for what they ask for alone. */
export async function compressAssets() {
  for (const asset of assets.values())
    for (const encoding of Object.keys(ENCODINGS) as Encoding[]) await compress(asset, encoding)
}

const encodingFor = (req: Request) =>
  (Object.keys(ENCODINGS) as Encoding[]).find((encoding) => req.acceptsEncodings(encoding))

export const assetUrl = (name: string) => {
  const asset = assets.get(name)
  if (!asset) throw new Error(`There is no asset ${name}.`)
  return `/assets/${name}?v=${asset.version}`
}

export function serveAssets() {
  const router = Router()
  router.get('/assets/:name', async (req, res, next) => {
    const name = String(req.params.name)
    const asset = assets.get(name)
    if (!asset) return next()
    const current = req.query.v === asset.version
    res.set({ 'Cache-Control': current ? YEAR : 'no-cache', ETag: `W/"${asset.version}"` }).type(name)
    const encoding = encodingFor(req)
    if (encoding) res.set('Content-Encoding', encoding)
    res.vary('Accept-Encoding').send(encoding ? await compress(asset, encoding) : asset.body)
  })
  router.get('/favicon.ico', (_req, res) => res.redirect(301, assetUrl('favicon.svg')))
  return router
}
