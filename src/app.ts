// The whole HTTP stack in order, then the areas; nothing else.

import compression from 'compression'
import express from 'express'
import type { Logger } from 'pino'
import { pinoHttp } from 'pino-http'
import { adminArea } from './admin-area/admin-area.ts'
import { serveApi } from './api/api.ts'
import { docs } from './api/docs.ts'
import { serveWhmcs } from './api/whmcs/whmcs.ts'
import { clientArea } from './client-area/client-area.ts'
import type { Config } from './config.ts'
import { sampleMode } from './dev/dev.ts'
import { plannedJobs } from './job-plan.ts'
import type { Db } from './platform/database.ts'
import { serveAssets } from './web/assets.ts'
import { readBodies } from './web/bodies.ts'
import { csrf } from './web/csrf.ts'
import { errorPage, notFound } from './web/errors.ts'
import { headers, onlyHere, withoutPorts } from './web/hardening.ts'
import { health } from './web/health.ts'
import { oneRouter } from './web/one-router.ts'
import { requestLog } from './web/request-log.ts'
import { begin, readHost, recognise } from './web/session.ts'
import { mindShownFor, mindTab } from './web/tabs.ts'
import type { Views } from './web/views.ts'
import { wellKnown } from './web/well-known.ts'
import { mindAccount } from './web/which-account.ts'

export interface House {
  config: Config
  db: Db
  log: Logger
  views: Views
}

export function createApp({ config, db, log, views }: House) {
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', config.trustProxy)
  app.set('query parser', 'simple')
  // Of what no browser keeps; assets and what is the same for everybody have their own.
  app.set('etag', false)
  Object.assign(app.locals, { config, db, views })

  app.use(begin)
  app.use(withoutPorts)
  app.use(pinoHttp(requestLog(log)))
  app.use(headers(config))
  app.use(health(db))
  if (!config.production) app.use(onlyHere(config.appUrl))
  app.use(serveAssets())
  app.use(compression())
  app.use(readHost(db))
  app.use(wellKnown(config))
  app.use(serveApi(db))
  app.use(serveWhmcs(db))
  app.use(csrf(config.appUrl))
  app.use(readBodies)
  app.use(recognise(db))
  app.use(mindShownFor(db))
  app.use(mindTab)
  app.use(mindAccount(db))

  app.use(oneRouter(clientArea(db), adminArea(db, plannedJobs), docs(config.appUrl)))
  if (!config.production) app.use(sampleMode(config))

  app.use(notFound)
  app.use(errorPage)
  return app
}
