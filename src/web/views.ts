// What every template gets (sentences, words, the visit, assets); what a page passes is its own. A value that is missing
// throws here, not in front of a person.

import type { Request, Response } from 'express'
import { clientName } from '../domain/clients.ts'
import { PERMISSION_GROUPS, PERMISSIONS, parsePermissions } from '../domain/permissions.ts'
import { RIGHTS, type Right } from '../domain/rights.ts'
import type { Settings } from '../domain/settings.ts'
import { fullName } from '../domain/users.ts'
import { assetUrl } from './assets.ts'
import { tooManyFor } from './form.ts'
import { presetChoices, presetOf } from './presets.ts'
import { isOwner, managesUsers, mayAdmin, wantsPartial } from './request.ts'
import { shownFor, shownForPerson } from './shown-for.ts'
import { openTemplates } from './templates.ts'
import { t } from './translate.ts'
import {
  deviceInWords,
  duration,
  escapeHtml,
  initials,
  permissionsInWords,
  permissionTitle,
  roleInWords,
  titlesOf,
  wordsIn,
} from './words.ts'

export type Data = Record<string, unknown>

// These names stand in every template without "it.".
const HEADER = 'const { t, say, visit, settings, asset } = it;'

const LISTS = { groups: PERMISSION_GROUPS, allPermissions: PERMISSIONS, allRights: RIGHTS }

export function openViews({ timeZone, appUrl }: { timeZone: string; appUrl: string }) {
  const templates = openTemplates(HEADER)
  const say = {
    ...wordsIn(timeZone),
    zone: timeZone,
    escape: escapeHtml,
    parsePermissions,
    initials,
    device: deviceInWords,
    duration,
    fullName,
    clientName,
    permissions: permissionsInWords,
    permissionTitle,
    role: roleInWords,
    titlesOf,
    presetChoices,
    presetOf,
  }
  const shared = { t, say, appUrl, asset: assetUrl, ...LISTS }

  return {
    say,
    /** Before the first page is asked for. */
    compileAll: templates.compileAll,
    render: (template: string, data: Data) => templates.render(`/${template}`, { ...shared, ...data }),
    /** An e-mail: the same data in its HTML and its text template. */
    mail(template: string, data: Data & { settings: Settings }) {
      const all = { ...shared, visit: undefined, ...data }
      return {
        html: templates.render(`/emails/${template}.html.eta`, all),
        text: `${templates
          .render(`/emails/${template}.text.eta`, all)
          .replace(/\n{3,}/g, '\n\n')
          .trim()}\n`,
      }
    },
  }
}

export type Views = ReturnType<typeof openViews>

/** Answers with a page. `partial` names the part that is enough when htmx asked for just that. */
export function show(req: Request, res: Response, template: string, data: Data = {}, partial?: string) {
  const views: Views = req.app.locals.views
  const { visit } = req
  if (visit.mismatch) res.status(409)
  // What was shown for others is answered with the whole page, in its place.
  const isWhole = res.statusCode === 409
  const part = wantsPartial(req) && !isWhole ? partial : undefined
  if (wantsPartial(req) && isWhole) res.set({ 'HX-Retarget': 'body', 'HX-Reswap': 'innerMorph' })
  const all = {
    ...data,
    partial: part !== undefined,
    visit,
    settings: visit.settings,
    path: req.path,
    isOwner: isOwner(visit),
    managesUsers: managesUsers(visit),
    mayAdmin: (right: Right) => mayAdmin(visit, right),
    shownFor: shownFor(visit),
    shownForPerson: shownForPerson(visit),
  }
  const tooMany = tooManyFor(req.body)
  if (tooMany) res.status(429).set('Retry-After', String(tooMany.seconds))
  res.vary('HX-Request-Type').type('html')
  res.send(views.render(part ?? template, all))
}
