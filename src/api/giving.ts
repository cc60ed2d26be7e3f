// What a call gives: permissions by their keys, or a preset by its name. One of the two, wherever something is given.

import { z } from '@hono/zod-openapi'
import { reachOf } from '../domain/managing.ts'
import { PERMISSIONS, type Permission } from '../domain/permissions.ts'
import { permissionsOfPreset } from '../domain/presets.ts'
import { actor, type Call, clientOf } from './context.ts'
import { Key } from './permissions.ts'
import * as shape from './shapes.ts'

export const Given = {
  permissions: shape
    .many(Key, 'permissions.none')
    .max(PERMISSIONS.length, 'permissions.unknown')
    .optional()
    .openapi({ description: 'Or a preset: one of the two.' }),
  preset: z.string('api.noSuchPreset').optional().openapi({
    description:
      'Instead of permissions: the key of a built-in preset, or the name of one of the client’s own, as `GET /clients/{client_id}/presets` lists them. What it holds now is given; it does not follow the preset.',
  }),
}

interface Asked {
  permissions?: Permission[] | undefined
  preset?: string | undefined
}

/** The permissions that are given; nothing where neither is named. */
export async function keysIn(c: Call, { permissions, preset }: Asked) {
  if (preset === undefined) return permissions
  const [db, client] = [c.get('db'), clientOf(c)]
  return permissionsOfPreset(db, client, preset, {
    ...{ reach: await reachOf(db, actor(c), client), besides: permissions },
  })
}
