// Everything a page loads: files of ours and the builds of htmx and Bootstrap, each under an address that
// changes with its content, so that a browser may keep it for a year.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Router } from 'express'

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

const assets = new Map(
  Object.entries(FILES).map(([name, path]) => {
    // Source maps are not served.
    const body = Buffer.from(readFileSync(path, 'utf8').replace(/\n?(\/\/|\/\*)# sourceMappingURL=.*$/m, ''))
    return [name, { body, version: createHash('sha256').update(body).digest('base64url').slice(0, 10) }]
  }),
)

export const assetUrl = (name: string) => {
  const asset = assets.get(name)
  if (!asset) throw new Error(`There is no asset ${name}.`)
  return `/assets/${name}?v=${asset.version}`
}

export function serveAssets() {
  const router = Router()
  router.get('/assets/:name', (req, res, next) => {
    const asset = assets.get(String(req.params.name))
    if (!asset) return next()
    const current = req.query.v === asset.version
    res
      .set('Cache-Control', current ? YEAR : 'no-cache')
      .type(String(req.params.name))
      .send(asset.body)
  })
  router.get('/favicon.ico', (_req, res) => res.redirect(301, assetUrl('favicon.svg')))
  return router
}
