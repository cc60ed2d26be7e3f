// Logins, which belong to no client: a key for some clients reaches none.

import { addUserWithPassword } from '../../domain/adding-users.ts'
import { mustSeeAll } from '../../domain/api-callers.ts'
import { correctUser } from '../../domain/correcting-users.ts'
import { deleteUser } from '../../domain/deleting-users.ts'
import { countUsers } from '../../domain/looking-after-users.ts'
import { requestReset } from '../../domain/password-resets.ts'
import { findUser, findUserByEmail, LANGUAGES, type User } from '../../domain/users.ts'
import { clientsOfUsers, walkUsers } from '../../domain/walking-lists.ts'
import { check, emailField, firstName, lastName } from '../../web/form.ts'
import { idOf } from '../../web/request.ts'
import { type Action, Said, type WhmcsCall } from './call.ts'
import { dateTime, numbered, stretchIn } from './lists.ts'

const Email = emailField()

/** One that there is not leaves the login's as it is. */
export const languageIn = ({ field }: WhmcsCall) => {
  const language = LANGUAGES.find((one) => one === field('language').toLowerCase())
  return language ? { language } : {}
}

export function emailIn({ field }: WhmcsCall): string {
  const { data } = Email.safeParse(field('email'))
  if (data === undefined) throw new Said('The email address entered is not valid')
  return data
}

function namesIn({ field }: WhmcsCall) {
  const [first, last] = [field('firstname').trim(), field('lastname').trim()]
  return {
    ...(first && { first_name: check(firstName(), first, 'firstname') }),
    ...(last && { last_name: check(lastName(), last, 'lastname') }),
  }
}

async function whoForgot({ db, field }: WhmcsCall) {
  if (field('id')) return findUser(db, idOf(field('id')))
  if (!field('email')) throw new Said('Please enter the email address or provide the id')
  const { data } = Email.safeParse(field('email'))
  if (data === undefined) throw new Said('Please provide a valid email address')
  return findUserByEmail(db, data)
}

/** One that was deleted, or merged into another, is none. */
async function userIn({ db, field }: WhmcsCall): Promise<User> {
  const user = await findUser(db, idOf(field('user_id')))
  if (user?.status !== 'active' && user?.status !== 'disabled') throw new Said('Invalid User ID requested')
  return user
}

const UPDATED = ['firstname', 'lastname', 'email', 'language']

export const users: Record<string, Action> = {
  adduser: {
    right: 'edit-users',
    run: async (call) => {
      mustSeeAll(call.caller)
      const { first_name, last_name } = namesIn(call)
      if (!first_name) throw new Said('You did not enter a first name')
      if (!last_name) throw new Said('You did not enter a last name')
      if (!call.field('email').trim()) throw new Said('You did not enter an email address')
      const [email, password] = [emailIn(call), call.field('password2')]
      if (!password) throw new Said('You did not enter a password')
      const person = { email, first_name, last_name, password, ...languageIn(call) }
      const user = await addUserWithPassword(call.db, call.by, person)
      return { result: 'success', user_id: String(user.id) }
    },
  },

  updateuser: {
    right: 'edit-users',
    run: async (call) => {
      mustSeeAll(call.caller)
      const user = await userIn(call)
      if (!UPDATED.some((name) => call.field(name).trim()))
        throw new Said('One of `email`, `firstname`, `lastname`, or `language` is required')
      const email = call.field('email').trim() && { email: emailIn(call) }
      await correctUser(call.db, call.by, user, { ...namesIn(call), ...languageIn(call), ...(email || {}) })
      return { result: 'success', user_id: String(user.id) }
    },
  },

  getusers: {
    right: 'list-users',
    run: async (call) => {
      mustSeeAll(call.caller)
      const [stretch, search] = [stretchIn(call), call.field('search')]
      const rows = await walkUsers(call.db, search, stretch)
      const counted = search.trim() ? undefined : await countUsers(call.db)
      const { shown, figures } = numbered(stretch, rows, counted)
      const clients = await clientsOfUsers(call.db, shown)
      const clientsOf = ({ id }: User) =>
        clients
          .filter(({ user_id }) => user_id === id)
          .map(({ client_id, owner_id }) => ({ id: client_id, isOwner: owner_id === id }))
      const users = shown.map((user) => ({
        ...{ id: user.id, firstname: user.first_name, lastname: user.last_name, email: user.email },
        ...{ datecreated: dateTime(user.created_at), validationdata: '', clients: clientsOf(user) },
      }))
      return { result: 'success', ...figures, users }
    },
  },

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
