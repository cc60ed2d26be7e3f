import express, { Router } from 'express'
import supertest from 'supertest'
import { expect, test } from 'vitest'
import { oneRouter } from '../src/web/one-router.ts'

test('all pages stand in one router: what guards a prefix guards it there too', async () => {
  const guarded = Router()
  guarded.use('/inner', (_req, res) => void res.sendStatus(403))
  const page = Router()
  page.get('/inner/page', (_req, res) => void res.send('inner'))
  page.get('/page', (_req, res) => void res.send('page'))
  const agent = supertest(express().use(oneRouter(guarded, Router().use(page))))
  expect((await agent.get('/page')).text).toBe('page')
  expect((await agent.get('/inner/page')).status).toBe(403)
})

test('a router below a prefix would lose it, and answer everywhere: it is refused', () => {
  const page = Router()
  page.get('/page', (_req, res) => void res.send('page'))
  expect(() => oneRouter(Router().use('/inner', page))).toThrow('below a prefix')
})
