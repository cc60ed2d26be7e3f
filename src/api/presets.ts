// What a call may name as a preset for a client: the built-in ones, and those that the account saved. Whoever manages
// users for the owner finds those that lie within what they hold, as on the pages.

import { createRoute, z } from '@hono/zod-openapi'
import { isWithin, reachOf } from '../domain/managing.ts'
import { BUILT_IN_PRESETS, listPresets } from '../domain/presets.ts'
import { t } from '../web/translate.ts'
import { show } from './answering.ts'
import { type Api, actor, type Call, clientOf } from './context.ts'
import { needs } from './guards.ts'
import { Key } from './permissions.ts'
import * as shape from './shapes.ts'

const Preset = z
  .object({
    preset: z.string().openapi({ description: 'What a call names.', example: 'billing' }),
    title: z.string(),
    is_own: z.boolean().openapi({ description: 'The account saved it; the others are built in.' }),
    permissions: z.array(Key),
  })
  .openapi('Preset')

const Presets = z.object({ items: z.array(Preset) }).openapi('Presets')

const list = createRoute({
  ...{ tags: ['Permissions'], method: 'get', path: '/clients/{client_id}/presets' },
  ...{ operationId: 'listPresets', summary: 'List the presets for a client' },
  description: 'Those that `preset` takes where something is given; a personal token finds what it may give.',
  ...needs({ right: 'list-clients', token: 'users' }),
  request: { params: shape.ClientParams },
  responses: shape.read(Presets),
})

const BUILT_IN = Object.entries(BUILT_IN_PRESETS).map(([preset, permissions]) => ({
  ...{ preset, title: t(`preset.${preset as keyof typeof BUILT_IN_PRESETS}`), is_own: false },
  permissions: [...permissions],
}))

async function presetsFor(c: Call): Promise<z.infer<typeof Presets>> {
  const reach = await reachOf(c.get('db'), actor(c), clientOf(c))
  const own = (await listPresets(c.get('db'), clientOf(c))).map(({ name, permissions }) => ({
    ...{ preset: name, title: name, is_own: true, permissions },
  }))
  return { items: [...BUILT_IN, ...own].filter(({ permissions }) => isWithin(reach, permissions)) }
}

export function presets(api: Api) {
  api.openapi(list, async (c) => show(c, await presetsFor(c)))
}
