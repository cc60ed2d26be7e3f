// Who has access to a client, and to what.

import { mustSeeAll } from '../../domain/api-callers.ts'
import { associate } from '../../domain/associations.ts'
import { setPermissions } from '../../domain/editing-access.ts'
import { makeOwner } from '../../domain/ownership.ts'
import { PERMISSIONS } from '../../domain/permissions.ts'
import { removeAccess } from '../../domain/removing-access.ts'
import { findUser } from '../../domain/users.ts'
import { idOf } from '../../web/request.ts'
import { type Action, clientIn, clientUserIn, permissionsIn, Said } from './call.ts'

export const access: Record<string, Action> = {
  getpermissionslist: {
    right: 'list-clients',
    run: async () => ({ status: 'success', permissions: { permission: [...PERMISSIONS] } }),
  },

  getuserpermissions: {
    right: 'list-clients',
    run: async (call) => {
      const { user } = await clientUserIn(call)
      return { result: 'success', permissions: { permission: [...user.permissions] } }
    },
  },

  updateuserpermissions: {
    right: 'manage-access',
    run: async (call) => {
      const { client, user } = await clientUserIn(call)
      if (user.isOwner) throw new Said('Permissions cannot be set on a client owner')
      const permissions = permissionsIn(call)
      if (permissions.length === 0) throw new Said('Missing permissions definition')
      await setPermissions(call.db, call.by, client, user, permissions)
      return { result: 'success' }
    },
  },

  deleteuserclient: {
    right: 'manage-access',
    run: async (call) => {
      const { client, user } = await clientUserIn(call)
      if (user.isOwner) throw new Said('You cannot remove the account owner')
      await removeAccess(call.db, call.by, client, user)
      return { result: 'success' }
    },
  },

  adduserclient: {
    right: 'manage-access',
    run: async (call) => {
      mustSeeAll(call.caller)
      const user = await findUser(call.db, idOf(call.field('user_id')))
      if (!user) throw new Said('Invalid user id')
      const client = await clientIn(call)
      const permissions = permissionsIn(call)
      if (permissions.length === 0) throw new Said('User permissions are required')
      const confirmed = call.field('confirmed') === 'true'
      await associate(call.db, call.by, client, user, permissions, { confirmed })
      return { result: 'success' }
    },
  },

  makeclientowner: {
    right: 'change-owner',
    run: async (call) => {
      const { client, user } = await clientUserIn(call)
      await makeOwner(call.db, call.by, client, user)
      return { result: 'success' }
    },
  },
}
