// Every page of views/ with the cast as its data: to look at while working on one, and for the test that no
// template prints "undefined" or forgets a sentence. Nothing here is read from the database.

import { type Request, Router } from 'express'
import { SETTINGS } from '../domain/settings.ts'
import { guard } from '../web/guards.ts'
import type { Views } from '../web/views.ts'
import { samplePresets } from './catalogue-presets.ts'
import { samplePages } from './sample-pages.ts'

export function catalogue() {
  const router = Router()
  const sample = guard('sample mode', [])
  const viewsOf = (req: Request): Views => req.app.locals.views

  router.get('/dev/views', ...sample, (req, res) => {
    const { visit } = req
    const data = {
      pages: samplePages(),
      visit,
      settings: visit.settings,
      path: req.path,
      isOwner: false,
      managesUsers: false,
      shownFor: '',
    }
    res.type('html').send(viewsOf(req).render('dev/views', data))
  })

  router.get('/dev/views/:nth', ...sample, (req, res, next) => {
    const page = samplePages()[Number(req.params.nth)]
    if (!page) return next()
    res.type('html').send(renderSample(viewsOf(req), page))
  })
  return router
}

export function renderSample(
  views: Views,
  { template, data, visit }: ReturnType<typeof samplePages>[number],
) {
  const path = template.startsWith('admin-area') ? '/admin/clients' : '/account/users'
  const whole = { permissions: [], requestId: '', settings: SETTINGS, ...visit }
  const common = {
    visit: whole,
    settings: SETTINGS,
    path,
    isOwner: true,
    managesUsers: true,
    mayAdmin: () => true,
    shownFor: 'sample',
    shownForPerson: 'sample',
    partial: false,
    presets: samplePresets,
  }
  return views.render(template, { ...common, ...data })
}
