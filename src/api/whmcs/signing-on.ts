// Logging in from elsewhere: whether a password is somebody's, if the host allows that at all, and links that log
// somebody in. A login reaches further than the clients that a key for some of them sees, so it takes a key for all.

import { mustSeeAll } from '../../domain/api-callers.ts'
import { findClientUser } from '../../domain/associations.ts'
import { findClient } from '../../domain/clients.ts'
import { countTry, forgiveTry } from '../../domain/limits.ts'
import { checkLogin } from '../../domain/logins.ts'
import { Refusal } from '../../domain/refusal.ts'
import { isSwitchedOn } from '../../domain/settings.ts'
import { findOpenAccount, makeSignOn, SIGN_ON_PATH_MAX, SIGN_ON_RIGHT } from '../../domain/sign-ons.ts'
import { findUser, type User } from '../../domain/users.ts'
import { networkOf } from '../../web/limits.ts'
import { idOf, safePath } from '../../web/request.ts'
import { tryFrom } from '../../web/try-login.ts'
import { type Action, notAllowed, Said, type WhmcsCall } from './call.ts'

const HOME = '/clientarea'

/** Those of WHMCS's destinations that there are pages for. */
const DESTINATIONS = new Map([
  ['clientarea:homepage', HOME],
  ['clientarea:profile', '/account/details'],
  ['clientarea:billing_contacts', '/account/contacts'],
  ['clientarea:user_management', '/account/users'],
  ['clientarea:emails', '/account/emails'],
  ['clientarea:security', '/user/security'],
])
const CUSTOM = 'sso:custom_redirect'

function pathIn({ field }: WhmcsCall): string {
  const destination = field('destination')
  if (!destination) return HOME
  const asked = field('sso_redirect_path')
  const custom = asked && safePath(asked.startsWith('/') ? asked : `/${asked}`, '')
  const path = destination === CUSTOM ? custom : DESTINATIONS.get(destination)
  if (!path || path.length > SIGN_ON_PATH_MAX) throw new Said('Invalid destination')
  return path
}

const isUsable = (user: User | undefined): user is User => user?.status === 'active'

/** Of the client the user that was named, or its owner; without a client, that user wherever they were last. */
async function whoIn({ db, field }: WhmcsCall) {
  const [clientId, userId] = [field('client_id'), field('user_id')]
  if (!clientId && !userId) throw new Said('A valid client_id or user_id is required')
  const client = clientId ? await findClient(db, idOf(clientId)) : undefined
  if (clientId && !client) throw new Said('Invalid client_id')
  const user = await findUser(db, userId ? idOf(userId) : (client?.owner_id ?? 0))
  if (!isUsable(user)) throw new Said('Invalid user_id')
  if (!client) return { user }
  if (!(await findClientUser(db, client, user.id))) throw new Said('Invalid user_id for client')
  if (!(await findOpenAccount(db, user, client.id)))
    throw new Said(`SSO authentication blocked for client ${client.id}`)
  return { user, client }
}

export const signingOn: Record<string, Action> = {
  createssotoken: {
    right: SIGN_ON_RIGHT,
    run: async (call) => {
      mustSeeAll(call.caller)
      const signOn = { ...(await whoIn(call)), path: pathIn(call), credential: call.caller.credential }
      const { token, link } = await makeSignOn(call.db, call.by, signOn)
      return { result: 'success', access_token: token, redirect_url: link }
    },
  },

  validatelogin: {
    right: SIGN_ON_RIGHT,
    run: async (call) => {
      if (!(await isSwitchedOn(call.db, 'validateLogin'))) throw notAllowed('validatelogin')
      mustSeeAll(call.caller)
      const user = await validated(call)
      // What WHMCS calls the hash of the password is a way into a session; CreateSsoToken is ours.
      const twoFactorEnabled = user.factors > 0
      return { result: 'success', userid: user.id, passwordhash: '', twoFactorEnabled }
    },
  },
}

/** A try like any other at the login form. */
async function validated({ db, by, field }: WhmcsCall): Promise<User> {
  const [email, password, network] = [field('email'), field('password2'), networkOf(by.ip)]
  await countTry(db, 'login', network)
  const trying = { kind: 'user' as const, email, network, device: undefined }
  const user = await tryFrom(db, trying, () => checkLogin(db, email, password)).catch((error) => {
    throw error instanceof Refusal ? new Said('Email or Password Invalid') : error
  })
  await forgiveTry(db, 'login', network)
  return user
}
