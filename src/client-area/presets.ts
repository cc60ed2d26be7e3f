// Presets: the account's own names for permissions. For the owner, who also gives them; an admin who acts as the
// owner only looks.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { isWebAddress } from '../domain/names.ts'
import { PERMISSIONS } from '../domain/permissions.ts'
import { findPreset, listPresets, PRESET_NAME_MAX, PRESETS_MAX, type Preset } from '../domain/presets.ts'
import { NotFound } from '../domain/refusal.ts'
import { addPreset, changePreset, removePreset } from '../domain/saving-presets.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, manyOf, NoInput, requiredLine, submit } from '../web/form.ts'
import { asksToTick, statusOf, tickedForm } from '../web/presets.ts'
import { actor, currentClient, idOf } from '../web/request.ts'
import type { Key } from '../web/translate.ts'
import { show } from '../web/views.ts'
import { ownerManages } from './area.ts'

const PAGE = '/account/presets'
const ONE = `${PAGE}/:presetId`

// It goes into mails, as the names of people do.
const link: Key = 'preset.name.link'

const PresetForm = z
  .object({
    name: requiredLine('preset.name.missing', PRESET_NAME_MAX).refine((name) => !isWebAddress(name), link),
    check_all: z.string().optional(),
    permissions: manyOf(),
  })
  .transform(({ name, check_all, permissions }) => ({
    name,
    permissions: check_all ? PERMISSIONS : permissions,
  }))

export function presets(db: Db) {
  const page = Router()
  const own = (req: Request) => listPresets(db, currentClient(req))

  async function showList(req: Request, res: Response, form: Form) {
    const presets = await own(req)
    const isFull = presets.length >= PRESETS_MAX
    show(req, res, 'client-area/presets', { form, presets, isFull, max: PRESETS_MAX })
  }

  page.get(PAGE, ...ownerManages, (req, res) => showList(req, res, formOf(req)))

  page.post(PAGE, ...ownerManages, async (req, res) => {
    const ticked = asksToTick(req) && tickedForm(req, await own(req))
    if (ticked) return showList(req, res.status(statusOf(ticked)), ticked)
    const form = await submit(PresetForm, req.body, (input) =>
      addPreset(db, actor(req), currentClient(req), input),
    )
    if (form) return showList(req, res.status(422), form)
    flash(res, 'success', 'preset.added', { name: String(req.body.name).trim() })
    res.redirect(303, PAGE)
  })

  async function target(req: Request): Promise<Preset> {
    const found = await findPreset(db, currentClient(req), idOf(req.params.presetId))
    if (!found) throw new NotFound()
    return found
  }

  const showOne = async (req: Request, res: Response, preset: Preset, form: Form) =>
    show(req, res, 'client-area/preset', { preset, form, presets: await own(req) })

  page.get(ONE, ...ownerManages, async (req, res) => {
    const preset = await target(req)
    await showOne(req, res, preset, formOf(req, { name: preset.name, permissions: preset.permissions }))
  })

  page.post(ONE, ...ownerManages, async (req, res) => {
    const preset = await target(req)
    const ticked = asksToTick(req) && tickedForm(req, await own(req))
    if (ticked) return showOne(req, res.status(statusOf(ticked)), preset, ticked)
    const form = await submit(PresetForm, req.body, (input) =>
      changePreset(db, actor(req), currentClient(req), preset, input),
    )
    if (form) return showOne(req, res.status(422), preset, form)
    flash(res, 'success', 'preset.changed', { name: String(req.body.name).trim() })
    res.redirect(303, PAGE)
  })

  const askRemove = (req: Request, res: Response, preset: Preset, form: Form) =>
    show(req, res, 'client-area/preset-remove', { preset, form }, 'client-area/_preset-remove')

  page.get(`${ONE}/remove`, ...ownerManages, async (req, res) =>
    askRemove(req, res, await target(req), formOf(req)),
  )

  page.post(`${ONE}/remove`, ...ownerManages, async (req, res) => {
    const preset = await target(req)
    const form = await submit(NoInput, req.body, () =>
      removePreset(db, actor(req), currentClient(req), preset),
    )
    if (form) return askRemove(req, res.status(422), preset, form)
    flash(res, 'success', 'preset.removed', { name: preset.name })
    res.redirect(303, PAGE)
  })

  return page
}
