// One line a request: method, route pattern, status, time. Never the address itself, which may hold a token,
// and no header of the request.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request } from 'express'
import type { Logger } from 'pino'
import type { Options } from 'pino-http'

const QUIET = new Set(['/healthz', '/readyz', '/assets/:name'])

const routeOf = (req: IncomingMessage) => (req as Request).route?.path ?? 'no route'

export const requestLog = (logger: Logger): Options => ({
  logger,
  genReqId: (req) => (req as Request).visit.requestId,
  autoLogging: true,
  quietReqLogger: true,
  serializers: { req: () => undefined, res: () => undefined },
  customLogLevel: (req, res, error) =>
    error || res.statusCode >= 500 ? 'error' : QUIET.has(routeOf(req)) ? 'debug' : 'info',
  customSuccessObject: (req, res, value) => line(req, res, value),
  customErrorObject: (req, res, _error, value) => line(req, res, value),
})

const line = (req: IncomingMessage, res: ServerResponse, { responseTime }: { responseTime: number }) => ({
  requestId: (req as Request).visit.requestId,
  method: req.method,
  route: routeOf(req),
  status: res.statusCode,
  ms: responseTime,
})
