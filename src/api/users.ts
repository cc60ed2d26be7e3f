// Logins: list, get, create, edit, give another address, disable and enable, a mail for a new password, delete. A token
// reaches its user's own profile. A key for some clients looks at their users and changes none of them: a login reaches
// further than those.

import { createRoute, z } from '@hono/zod-openapi'
import { addUser } from '../domain/adding-users.ts'
import { getUserFor, getUserToChange, listUsersFor, mustSeeAll } from '../domain/api-callers.ts'
import { deleteUser } from '../domain/deleting-users.ts'
import { editUser } from '../domain/editing-user.ts'
import { disableUser, enableUser, sendReset } from '../domain/looking-after-users.ts'
import { setAddressOfUser } from '../domain/setting-addresses.ts'
import { getUser, LANGUAGES, USER_STATUSES, type User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { choiceOf, emailField, firstName, lastName } from '../web/form.ts'
import { act, givenIn, mustMatch, show } from './answering.ts'
import type { Api, Call } from './context.ts'
import { needs } from './guards.ts'
import * as shape from './shapes.ts'

const UserBody = z
  .object({
    id: shape.id(1),
    ...{ email: z.string(), first_name: z.string(), last_name: z.string() },
    ...{ language: z.enum(LANGUAGES), status: z.enum(USER_STATUSES) },
    merged_into_id: z.int().nullable().openapi({ description: 'The login that it was merged into.' }),
    email_verified_at: shape.moment().nullable(),
    two_factor: z.boolean(),
    last_login_at: shape.moment().nullable(),
    ...{ created_at: shape.moment(), updated_at: shape.moment() },
  })
  .openapi('User')

const bodyOf = (user: User): z.infer<typeof UserBody> => ({
  ...{ id: user.id, email: user.email, first_name: user.first_name, last_name: user.last_name },
  ...{ language: user.language as (typeof LANGUAGES)[number], status: user.status },
  ...{ merged_into_id: user.merged_into_id, email_verified_at: user.email_verified_at },
  ...{ two_factor: user.factors > 0, last_login_at: user.last_login_at },
  ...{ created_at: user.created_at, updated_at: user.updated_at },
})

const Query = shape.Page.extend({
  search: z.string('field.malformed').max(100, 'field.tooLong').optional().openapi({
    description: 'Words of names or email addresses.',
    example: 'alice',
  }),
  status: z.enum(USER_STATUSES, 'api.userStatus').optional().openapi({
    description: 'Without it: active and disabled.',
  }),
})

const names = { first_name: firstName(), last_name: lastName() }

const NewUser = z.strictObject({ ...names, email: emailField() }).openapi('NewUser', {
  example: { first_name: 'Erin', last_name: 'Example', email: 'erin.example@example.com' },
})

const UserEdit = shape
  .edit(z.object({ ...names, language: choiceOf(LANGUAGES, 'language.missing') }))
  .openapi('UserEdit', { example: { last_name: 'Ames-Brown' } })

// Called as in the form of the page, since a refusal names the field.
const Address = z
  .strictObject({ new_email: emailField() })
  .openapi('NewAddress', { example: { new_email: 'carol.chen@example.com' } })

const about = { tags: ['Users'] }
const ONE = '/users/{user_id}'
// The examples of the document run one after the other: 4 owns the client that was created, 5 was created by itself.
const userIn = (example: number) => ({ params: z.object({ user_id: shape.idIn('user_id', example) }) })

const list = createRoute({
  ...{ ...about, method: 'get', path: '/users', operationId: 'listUsers', summary: 'List users' },
  description: 'A personal token finds its user alone; a key for some clients, the users of those.',
  ...needs({ right: 'list-users', token: 'login' }),
  request: { query: Query },
  responses: shape.read(shape.listOf('Users', UserBody)),
})

const get = createRoute({
  ...{ ...about, method: 'get', path: ONE, operationId: 'getUser', summary: 'Get a user' },
  description: 'A personal token: only of its user.',
  ...needs({ right: 'list-users', token: 'login' }),
  request: userIn(1),
  responses: shape.read(UserBody),
})

const create = createRoute({
  ...{ ...about, method: 'post', path: '/users', operationId: 'createUser', summary: 'Create a user' },
  description:
    'A login of no client yet, with an address that nobody has proven. No email goes out: send a mail for a password, or associate the user.',
  ...needs({ right: 'edit-users' }),
  request: { headers: shape.DoHeaders, body: shape.bodyOf(NewUser) },
  responses: shape.created(UserBody),
})

const edit = createRoute({
  ...{ ...about, method: 'patch', path: ONE, operationId: 'editUser', summary: 'Edit a user' },
  description: 'What is not sent stays as it is. A personal token: only of its user.',
  ...needs({ right: 'edit-users', token: 'login' }),
  request: { ...userIn(1), headers: shape.EditHeaders, body: shape.bodyOf(UserEdit) },
  responses: shape.edited(UserBody),
})

const address = createRoute({
  ...{ ...about, method: 'post', path: `${ONE}/email`, operationId: 'setUserEmail' },
  ...{ summary: 'Give a user another address', ...needs({ right: 'edit-users', token: 'password' }) },
  description:
    'For somebody who lost the mailbox of the old one. Every session and every mailed link of theirs ends, the old address is told, and the new one gets a link to be verified.',
  request: { ...userIn(3), headers: shape.DoHeaders, body: shape.bodyOf(Address) },
  responses: shape.done(UserBody),
})

const disable = createRoute({
  ...{ ...about, method: 'post', path: `${ONE}/disable`, operationId: 'disableUser' },
  ...{ summary: 'Disable a user', description: 'Every session and personal token of theirs ends.' },
  ...needs({ right: 'edit-users' }),
  request: { ...userIn(3), headers: shape.DoHeaders },
  responses: shape.done(UserBody),
})

const enable = createRoute({
  ...{ ...about, method: 'post', path: `${ONE}/enable`, operationId: 'enableUser' },
  ...{ summary: 'Enable a user', ...needs({ right: 'edit-users' }) },
  request: { ...userIn(3), headers: shape.DoHeaders },
  responses: shape.done(UserBody),
})

const reset = createRoute({
  ...{ ...about, method: 'post', path: `${ONE}/password-reset`, operationId: 'sendPasswordReset' },
  ...{ summary: 'Mail a link for a new password', ...needs({ right: 'edit-users' }) },
  description: 'As “Forgot password?” does, to the address of the user; the link is in no answer.',
  request: { ...userIn(3), headers: shape.DoHeaders },
  responses: shape.done(UserBody),
})

const remove = createRoute({
  ...{ ...about, method: 'delete', path: ONE, operationId: 'deleteUser', summary: 'Delete a user' },
  description: 'Of one with a client: 409. What is personal is gone; the number stays for the history.',
  ...needs({ right: 'delete-users' }),
  request: { ...userIn(5), headers: shape.DoHeaders },
  responses: shape.done(UserBody),
})

export function users(api: Api) {
  reads(api)
  writes(api)
  steps(api)
}

function reads(api: Api) {
  api.openapi(list, async (c) => {
    const { after, limit, ...looked } = c.req.valid('query')
    const page = shape.wanted({ after, limit })
    const found = await listUsersFor(c.get('db'), c.get('caller'), { ...looked, ...page })
    return show(c, shape.pageOf(c, found, page, bodyOf))
  })

  api.openapi(get, async (c) =>
    show(c, bodyOf(await getUserFor(c.get('db'), c.get('caller'), c.req.valid('param').user_id))),
  )
}

function writes(api: Api) {
  api.openapi(create, (c) => {
    mustSeeAll(c.get('caller'))
    return act(c, {
      run: (by) => addUser(c.get('db'), by, c.req.valid('json')),
      status: 201,
      answer: (_, user) => bodyOf(user),
      headers: ({ id }) => ({ Location: `/api/v1/users/${id}` }),
    })
  })

  api.openapi(edit, (c) =>
    act(c, {
      run: async (by) => {
        const input = givenIn(c, c.req.valid('json'))
        await editUser(c.get('db'), by, await target(c), input, (now) => mustMatch(c, bodyOf(now)))
      },
      status: 200,
      answer: (db) => bodyOfTarget(db, c),
    }),
  )

  api.openapi(address, (c) =>
    act(c, {
      run: async (by) => {
        await setAddressOfUser(c.get('db'), by, await target(c), c.req.valid('json').new_email)
      },
      status: 200,
      answer: (db) => bodyOfTarget(db, c),
    }),
  )
}

function steps(api: Api) {
  for (const [route, run] of [
    [disable, disableUser],
    [enable, enableUser],
    [reset, sendReset],
    [remove, deleteUser],
  ] as const)
    api.openapi(route, (c) =>
      act(c, {
        run: async (by) => void (await run(c.get('db'), by, await target(c))),
        status: 200,
        answer: (db) => bodyOfTarget(db, c),
      }),
    )
}

const idIn = (c: Call) => Number(c.req.param('user_id'))
const target = (c: Call) => getUserToChange(c.get('db'), c.get('caller'), idIn(c))
const bodyOfTarget = async (db: Db, c: Call) => bodyOf(await getUser(db, idIn(c)))
