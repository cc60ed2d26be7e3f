// Settings: who the host is on pages, in e-mails and on the accept page, who may accept an invitation; and the limits.
// All of it is one form, so that saving never drops what was typed further down.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { isInRange, LIMITS, LISTED_LIMITS, SETTABLE, type SettableName } from '../domain/limit-table.ts'
import { Refusal } from '../domain/refusal.ts'
import { KEEP_DAYS_MIN, readLimits, readSettings, saveSettings } from '../domain/settings.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { choiceOf, emailField, type Form, formOf, optionalLine, requiredLine, submit } from '../web/form.ts'
import { actor } from '../web/request.ts'
import { show } from '../web/views.ts'
import { holds } from './area.ts'

const LOGO_MAX_BYTES = 60_000
const IMAGES = [
  ['image/png', '89504e470d0a1a0a'],
  ['image/jpeg', 'ffd8ff'],
] as const

const isKeepDays = (text: string) =>
  text === '' || (/^[1-9]\d{1,4}$/.test(text) && Number(text) >= KEEP_DAYS_MIN)

/** Each a whole number within the range that the table gives; one that is not there stays as it is. */
const limitField = (name: SettableName) => {
  const { min, max } = LIMITS[name]
  return z
    .string()
    .trim()
    .refine((text) => isInRange(name, text), { error: 'limits.malformed', params: { min, max } })
    .transform(Number)
    .optional()
}

const limitFields = Object.fromEntries(SETTABLE.map((name) => [name, limitField(name)])) as Record<
  SettableName,
  ReturnType<typeof limitField>
>

const SettingsForm = z
  .object({
    name: requiredLine('settings.nameMissing', 60),
    supportEmail: z.union([z.literal(''), emailField()], 'email.malformed').default(''),
    termsUrl: optionalLine(300).refine(
      (text) => text === '' || /^https?:\/\/\S+$/.test(text),
      'settings.termsMalformed',
    ),
    acceptBy: choiceOf(['any', 'invited'], 'choice.missing'),
    manageUsers: choiceOf(['on', 'off'], 'choice.missing').optional(),
    validateLogin: z
      .literal('on')
      .optional()
      .transform((on): 'on' | 'off' => on ?? 'off'),
    adminsNeedFactor: z
      .literal('1')
      .optional()
      .transform((on): '0' | '1' => on ?? '0'),
    remindInvited: z
      .literal('1')
      .optional()
      .transform((on): '0' | '1' => on ?? '0'),
    activityKeepDays: z.string().trim().refine(isKeepDays, 'settings.keepDays.malformed').optional(),
    remove_logo: z.string().optional(),
    logo: z.instanceof(File).optional(),
    ...limitFields,
  })
  .strip()

/** A picture as a data: address, told by its first bytes and not by what it is called. */
async function readLogo(file: File | undefined): Promise<string | undefined> {
  if (!file?.size) return undefined
  const bytes = Buffer.from(await file.arrayBuffer())
  const type = IMAGES.find(([, start]) => bytes.toString('hex', 0, 16).startsWith(start))?.[0]
  if (!type || bytes.length > LOGO_MAX_BYTES) return ''
  return `data:${type};base64,${bytes.toString('base64')}`
}

export function settings(db: Db) {
  const page = Router()
  const showSettings = (req: Request, res: Response, form: Form) =>
    show(req, res, 'admin-area/settings', { form, listed: LISTED_LIMITS })

  page.get('/admin/settings', ...holds('settings'), async (req, res) =>
    showSettings(req, res, formOf(req, { ...(await readSettings(db)), ...(await readLimits(db)) })),
  )

  page.post('/admin/settings', ...holds('settings'), async (req, res) => {
    const form = await submit(SettingsForm, req.body, async ({ remove_logo, logo, ...input }) => {
      const before = await readSettings(db)
      const sent = await readLogo(logo)
      if (sent === '') throw new Refusal('settings.logoMalformed', 'logo')
      const { activityKeepDays = before.activityKeepDays, manageUsers = before.manageUsers } = input
      const kept = { activityKeepDays, manageUsers, logo: sent ?? (remove_logo ? '' : before.logo) }
      await saveSettings(db, actor(req), { ...input, ...kept }, input)
    })
    if (form) {
      const values = { ...(await readLimits(db)), ...form.values }
      return showSettings(req, res.status(422), { ...form, values })
    }
    flash(res, 'success', 'settings.saved')
    res.redirect(303, '/admin/settings')
  })

  return page
}
