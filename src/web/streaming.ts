// A file that is written while it is read: what has been read waits until the client has taken it, and nothing more is
// read for one who has hung up.

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'
import { timestamp } from '../platform/clock.ts'

const HUNG_UP = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'EPIPE', 'ECONNRESET'])

interface File {
  /** What it is called, before its day. */
  name: string
  ending: 'csv' | 'json'
  type: string
}

export async function sendFile(req: Request, res: Response, file: File, text: AsyncIterable<string>) {
  res.attachment(`${file.name}-${timestamp().slice(0, 10)}.${file.ending}`)
  res.set('Cache-Control', 'no-store')
  res.type(file.type)
  if (req.method === 'HEAD') return void res.end()
  try {
    await pipeline(Readable.from(text, { highWaterMark: 1 }), res)
  } catch (error) {
    // Cut off in the middle, so that nobody takes half a file for all of it; no page can follow.
    if (!HUNG_UP.has((error as NodeJS.ErrnoException).code ?? ''))
      req.log.error({ err: error }, `The download ${file.name} ended early`)
  }
}
