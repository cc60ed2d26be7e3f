// Headers of every answer, and what the sample mode refuses. No inline script or style is allowed anywhere.

import type { RequestHandler } from 'express'
import helmet from 'helmet'
import type { Config } from '../config.ts'

// Devices and powers of the browser that no page of ours asks for, so that no script could either. Those that only
// some systems know (bluetooth, web-share) are left out: elsewhere each page would log a warning for them.
const DENIED = [
  ...['accelerometer', 'autoplay', 'browsing-topics', 'camera', 'clipboard-read', 'compute-pressure'],
  ...['display-capture', 'encrypted-media', 'fullscreen', 'gamepad', 'geolocation', 'gyroscope', 'hid'],
  ...['identity-credentials-get', 'idle-detection', 'keyboard-map', 'local-fonts', 'magnetometer'],
  ...['microphone', 'midi', 'otp-credentials', 'payment', 'picture-in-picture', 'screen-wake-lock', 'serial'],
  ...['storage-access', 'sync-xhr', 'usb', 'window-management', 'xr-spatial-tracking'],
]
const OURS_ALONE = ['clipboard-write', 'publickey-credentials-create', 'publickey-credentials-get']

const PERMISSIONS_POLICY = [
  ...DENIED.map((feature) => `${feature}=()`),
  ...OURS_ALONE.map((feature) => `${feature}=(self)`),
].join(', ')

export const headers = (config: Config): RequestHandler[] => [
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // Bootstrap draws check marks and arrows as data: images.
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    // Not no-referrer: browsers would then post "Origin: null" from our own forms.
    referrerPolicy: { policy: 'strict-origin' },
    strictTransportSecurity: config.appUrl.startsWith('https:') && { maxAge: 63_072_000 },
    xFrameOptions: { action: 'deny' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  }),
  (_req, res, next) => {
    res.set('Permissions-Policy', PERMISSIONS_POLICY)
    res.set('Cache-Control', 'no-store')
    next()
  },
]

const PORT_BEHIND = /^(?:\[([^\]]+)\]|(\d+(?:\.\d+){3}))(?::\d+)?$/

/** Some proxies tell the port as well: with it each connection would be a visitor, and a network, of its own. */
export const withoutPorts: RequestHandler = ({ headers }, _res, next) => {
  const told = headers['x-forwarded-for']
  if (typeof told === 'string')
    headers['x-forwarded-for'] = told
      .split(',')
      .map((one) => one.trim().replace(PORT_BEHIND, '$1$2'))
      .join(', ')
  next()
}

const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

/** The sample logins are known to everyone: only this machine, by this very address (HARD-CASES H8). */
export const onlyHere = (appUrl: string): RequestHandler => {
  const { host } = new URL(appUrl)
  return (req, res, next) => {
    const forwarded = FORWARDING.find((name) => req.headers[name] !== undefined)
    if (req.headers.host === host && !forwarded) return next()
    res
      .status(421)
      .type('text')
      .send(
        forwarded
          ? 'Sample mode cannot stand behind a proxy. Set NODE_ENV=production.\n'
          : `Sample mode answers at ${appUrl} only.\n`,
      )
  }
}
