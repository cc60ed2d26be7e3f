// Clients: add, list, read, edit, close.

import { hashChosen } from '../../domain/adding-users.ts'
import { getClientFor, listClientsFor, mustSeeAll } from '../../domain/api-callers.ts'
import { listClientUsers } from '../../domain/associations.ts'
import {
  CLIENT_STATUSES,
  type Client,
  countClients,
  editClient,
  openClient,
  type Profile,
} from '../../domain/clients.ts'
import { closeClient } from '../../domain/closing.ts'
import { NotFound, Refusal } from '../../domain/refusal.ts'
import { findUser, fullName, lowerCase } from '../../domain/users.ts'
import { walkClients } from '../../domain/walking-lists.ts'
import { check } from '../../web/form.ts'
import { ProfileForm } from '../../web/profile-form.ts'
import { idOf } from '../../web/request.ts'
import { type Action, Said, type WhmcsCall } from './call.ts'
import { day, numbered, stretchIn } from './lists.ts'
import { emailIn, languageIn } from './users.ts'

const NAMES = {
  ...{ firstname: 'first_name', lastname: 'last_name', companyname: 'company_name', email: 'email' },
  ...{ address1: 'address1', address2: 'address2', city: 'city', state: 'state', postcode: 'postcode' },
  ...{ country: 'country', phonenumber: 'phone' },
} as const satisfies Record<string, keyof Profile>

/** In its order, as its clients look for what is missing. */
const REQUIRED = {
  ...{ firstname: 'your first name', lastname: 'your last name', email: 'your email address' },
  ...{ address1: 'your address (line 1)', city: 'your city', state: 'your state', postcode: 'your postcode' },
  ...{ country: 'your country', phonenumber: 'your phone number' },
}
/** Without these there is no client, whatever need not be checked. */
const NEEDED = ['firstname', 'lastname', 'email']

const statusOf = ({ status }: Client) => status[0]?.toUpperCase() + status.slice(1)

export async function clientBy(call: WhmcsCall, missing: string): Promise<Client> {
  try {
    return (await getClientFor(call.db, call.caller, idOf(call.field('clientid')))).client
  } catch (error) {
    throw error instanceof NotFound ? new Said(missing) : error
  }
}

const FOUND_MAX = 100

async function detailed(call: WhmcsCall): Promise<Client> {
  if (call.field('clientid')) return clientBy(call, 'Client Not Found')
  const email = lowerCase(call.field('email'))
  if (!email) throw new Said('Either clientid Or email Is Required')
  const { rows } = await listClientsFor(call.db, call.caller, { search: email, limit: FOUND_MAX })
  const client = rows.find((one) => one.email === email)
  if (!client) throw new Said('Client Not Found')
  return client
}

function mustBeComplete({ field }: WhmcsCall) {
  const isUnchecked = ['1', 'true'].includes(field('skipvalidation').toLowerCase())
  const missing = Object.entries(REQUIRED).find(
    ([name]) => !field(name).trim() && (!isUnchecked || NEEDED.includes(name)),
  )
  if (missing) throw new Said(`You did not enter ${missing[1]}`)
}

/** A login that is there, or the profile's name and address as one that is new. */
async function ownerIn(call: WhmcsCall, { email, first_name, last_name }: Profile) {
  const [id, password] = [call.field('owner_user_id'), call.field('password2')]
  const owner = id ? await findUser(call.db, idOf(id)) : undefined
  if (id && owner?.status !== 'active') throw new Said('Invalid Owner User ID')
  if (owner) return owner
  if (!password) throw new Said('You did not enter a password')
  const password_hash = await hashChosen(call.db, email, password)
  return { email, first_name, last_name, password_hash, ...languageIn(call) }
}

const statusIn = ({ field }: WhmcsCall) => {
  const status = field('status').toLowerCase()
  if (!status) return undefined
  const known = CLIENT_STATUSES.find((one) => one === status)
  if (!known) throw new Refusal('api.status', 'status')
  return known
}

/** Only what was sent: of the rest nothing is known, so it stays. */
function editsIn({ field }: WhmcsCall): Partial<Profile> {
  const sent = Object.entries(NAMES).filter(([name]) => field(name) !== '')
  return Object.fromEntries(
    sent.map(([name, key]) => [key, check(ProfileForm.shape[key], field(name), name)]),
  )
}

export const clients: Record<string, Action> = {
  addclient: {
    right: 'edit-clients',
    run: async (call) => {
      mustSeeAll(call.caller)
      mustBeComplete(call)
      emailIn(call)
      const sent = Object.entries(NAMES).map(([name, key]) => [
        key,
        check(ProfileForm.shape[key], call.field(name), name),
      ])
      const profile: Profile = Object.fromEntries(sent)
      const owner = await ownerIn(call, profile)
      const client = await openClient(call.db, call.by, owner, profile)
      return { result: 'success', clientid: client.id }
    },
  },

  getclients: {
    right: 'list-clients',
    run: async (call) => {
      const [stretch, search, status] = [stretchIn(call), call.field('search'), statusIn(call)]
      const rows = await walkClients(call.db, call.caller, { search, status }, stretch)
      const isCounted = call.caller.credential.all_clients && !search.trim()
      const { shown, figures } = numbered(
        stretch,
        rows,
        isCounted ? await countClients(call.db, status) : undefined,
      )
      const client = shown.map((one) => ({
        ...{ id: one.id, firstname: one.first_name, lastname: one.last_name },
        ...{ companyname: one.company_name, email: one.email, datecreated: day(one.created_at) },
        ...{ groupid: 0, status: statusOf(one) },
      }))
      return { result: 'success', ...figures, clients: { client } }
    },
  },

  getclientsdetails: {
    right: 'list-clients',
    run: async (call) => {
      const client = await detailed(call)
      const user = (await listClientUsers(call.db, client)).map((one) => ({
        ...{ id: one.id, name: fullName(one), email: one.email, is_owner: String(one.isOwner) },
      }))
      const fields = {
        ...{ client_id: client.id, owner_user_id: client.owner_id, status: statusOf(client) },
        ...Object.fromEntries(Object.entries(NAMES).map(([name, key]) => [name, client[key]])),
        users: { user },
      }
      return { ...fields, result: 'success', client: fields }
    },
  },

  updateclient: {
    right: 'edit-clients',
    run: async (call) => {
      const client = await clientBy(call, 'Client ID Not Found')
      await editClient(call.db, call.by, client, editsIn(call))
      return { result: 'success', clientid: client.id }
    },
  },

  closeclient: {
    right: 'edit-clients',
    run: async (call) => {
      const client = await clientBy(call, 'Client ID Not Found')
      await closeClient(call.db, call.by, client)
      return { result: 'success', clientid: client.id }
    },
  },
}
