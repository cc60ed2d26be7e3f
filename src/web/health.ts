// For whoever watches the process: /healthz (it is alive) and /readyz (the database answers and its
// migrations are in place). Answered on any Host, within three seconds, and cheap: however many ask, one
// question at a time goes to the database.

import { Router } from 'express'
import { type Db, ping } from '../platform/database.ts'
import { NewerDatabase, pendingMigrations } from '../platform/migrate.ts'

const ANSWER_WITHIN_MS = 2_900

type Word = 'ready' | 'no database' | 'migrations missing'

export function health(db: Db) {
  const router = Router()
  let asking: Promise<Word> | undefined
  let isInPlace = false

  async function ask(): Promise<Word> {
    // Once in place they stay; then it is enough that the database takes statements.
    if (isInPlace) await ping(db)
    else isInPlace = (await pendingMigrations(db)) === 0
    return isInPlace ? 'ready' : 'migrations missing'
  }
  const sayWhy = (error: unknown): Word =>
    error instanceof NewerDatabase ? 'migrations missing' : 'no database'

  router.get('/healthz', (_req, res) => {
    res.type('text').send('alive\n')
  })
  router.get('/readyz', async (_req, res) => {
    asking ??= ask()
      .catch(sayWhy)
      .finally(() => {
        asking = undefined
      })
    const word = await Promise.race([asking, afterwards()])
    res
      .status(word === 'ready' ? 200 : 503)
      .type('text')
      .send(`${word}\n`)
  })
  return router
}

const afterwards = () =>
  new Promise<Word>((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS, 'no database').unref())
