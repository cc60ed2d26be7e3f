// Permissions: which there are, in their groups, and the presets; and whether a user holds one for a client.

import { createRoute, z } from '@hono/zod-openapi'
import { ANSWERS, type AskedClient, getClientAsked, mayUser } from '../domain/asking.ts'
import { PERMISSION_GROUPS, PERMISSIONS } from '../domain/permissions.ts'
import { BUILT_IN_PRESETS } from '../domain/presets.ts'
import { idOf } from '../web/request.ts'
import { t } from '../web/translate.ts'
import { show } from './answering.ts'
import type { Api, Call } from './context.ts'
import { needs } from './guards.ts'
import * as shape from './shapes.ts'

export const Key = z
  .enum(PERMISSIONS, 'permissions.unknown')
  .openapi('PermissionKey', { example: 'invoices' })
type Group = keyof typeof PERMISSION_GROUPS

const GROUPS = Object.keys(PERMISSION_GROUPS) as Group[]
const PRESETS = Object.keys(BUILT_IN_PRESETS) as (keyof typeof BUILT_IN_PRESETS)[]

const Permissions = z
  .object({
    permissions: z.array(z.object({ key: Key, title: z.string(), group: z.enum(GROUPS) })),
    groups: z.array(z.object({ key: z.enum(GROUPS), title: z.string() })),
    presets: z.array(z.object({ key: z.enum(PRESETS), title: z.string(), permissions: z.array(Key) })),
  })
  .openapi('Permissions')

const groupOf = (key: (typeof PERMISSIONS)[number]) =>
  GROUPS.find((group) => PERMISSION_GROUPS[group].some((one) => one === key)) as Group

const ALL: z.infer<typeof Permissions> = {
  permissions: PERMISSIONS.map((key) => ({
    ...{ key, title: t(`permission.${key}.title`), group: groupOf(key) },
  })),
  groups: GROUPS.map((key) => ({ key, title: t(`permissions.group.${key}`) })),
  presets: PRESETS.map((key) => ({
    ...{ key, title: t(`preset.${key}`), permissions: [...BUILT_IN_PRESETS[key]] },
  })),
}

const May = z
  .object({
    allowed: z.boolean(),
    because: z.enum(ANSWERS).openapi({ description: 'Why, or why not.', example: 'granted' }),
  })
  .openapi('May')

const list = createRoute({
  ...{ tags: ['Permissions'], method: 'get', path: '/permissions' },
  ...{ operationId: 'listPermissions', summary: 'List permissions, groups and presets' },
  ...needs({ right: 'list-clients', token: 'login' }),
  responses: shape.read(Permissions),
})

/** Along with the client: whoever asks this asks often. */
const readAsked = (c: Call, clientId: number) =>
  getClientAsked(c.get('db'), c.get('caller'), clientId, idOf(c.req.param('user_id')))

const can = createRoute({
  ...{ tags: ['Permissions'], method: 'get', path: '/clients/{client_id}/users/{user_id}/can/{permission}' },
  ...{ operationId: 'canUser', summary: 'May this user do this for this client?' },
  description:
    'For other applications: the answer that the pages go by, at this moment. A user who is not associated, or not there at all, may not.',
  ...needs({ right: 'list-clients', token: 'owner' }, readAsked),
  request: {
    params: shape.ClientParams.extend({
      user_id: shape.idIn('user_id', 2),
      permission: z
        .enum(PERMISSIONS)
        .openapi({ param: { name: 'permission', in: 'path' }, example: 'invoices' }),
    }),
  },
  responses: shape.read(May),
})

export function permissions(api: Api) {
  api.openapi(list, (c) => show(c, ALL))

  api.openapi(can, (c) => show(c, mayUser(c.get('seen') as AskedClient, c.req.valid('param').permission)))
}
