// Logins, which belong to no client: a key for some clients reaches none.

import { mustSeeAll } from '../../domain/api-callers.ts'
import { deleteUser } from '../../domain/deleting-users.ts'
import { requestReset } from '../../domain/password-resets.ts'
import { findUser, findUserByEmail } from '../../domain/users.ts'
import { emailField } from '../../web/form.ts'
import { idOf } from '../../web/request.ts'
import { type Action, Said, type WhmcsCall } from './call.ts'

const Email = emailField()

async function whoForgot({ db, field }: WhmcsCall) {
  if (field('id')) return findUser(db, idOf(field('id')))
  if (!field('email')) throw new Said('Please enter the email address or provide the id')
  const { data } = Email.safeParse(field('email'))
  if (data === undefined) throw new Said('Please provide a valid email address')
  return findUserByEmail(db, data)
}

export const users: Record<string, Action> = {
  resetpassword: {
    right: 'edit-users',
    run: async (call) => {
      mustSeeAll(call.caller)
      const user = await whoForgot(call)
      if (user?.status !== 'active') throw new Said('User Not Found')
      await requestReset(call.db, call.by, user.email)
      return { result: 'success' }
    },
  },

  deleteuser: {
    right: 'delete-users',
    run: async (call) => {
      mustSeeAll(call.caller)
      const user = await findUser(call.db, idOf(call.field('user_id')))
      if (!user) throw new Said('Invalid User ID requested')
      await deleteUser(call.db, call.by, user)
      return { result: 'success', user_id: String(user.id) }
    },
  },
}
