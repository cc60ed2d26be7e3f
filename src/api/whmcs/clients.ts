// Clients: read, edit, close.

import { getClientFor, listClientsFor } from '../../domain/api-callers.ts'
import { listClientUsers } from '../../domain/associations.ts'
import { type Client, editClient, type Profile } from '../../domain/clients.ts'
import { closeClient } from '../../domain/closing.ts'
import { NotFound } from '../../domain/refusal.ts'
import { fullName, lowerCase } from '../../domain/users.ts'
import { check } from '../../web/form.ts'
import { ProfileForm } from '../../web/profile-form.ts'
import { idOf } from '../../web/request.ts'
import { type Action, Said, type WhmcsCall } from './call.ts'

const NAMES = {
  ...{ firstname: 'first_name', lastname: 'last_name', companyname: 'company_name', email: 'email' },
  ...{ address1: 'address1', address2: 'address2', city: 'city', state: 'state', postcode: 'postcode' },
  ...{ country: 'country', phonenumber: 'phone' },
} as const satisfies Record<string, keyof Profile>

async function clientBy(call: WhmcsCall, missing: string): Promise<Client> {
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
  const found = await listClientsFor(call.db, call.caller, { search: email, limit: FOUND_MAX })
  const client = found.find((one) => one.email === email)
  if (!client) throw new Said('Client Not Found')
  return client
}

/** Only what was sent: of the rest nothing is known, so it stays. */
function editsIn({ field }: WhmcsCall): Partial<Profile> {
  const sent = Object.entries(NAMES).filter(([name]) => field(name) !== '')
  return Object.fromEntries(
    sent.map(([name, key]) => [key, check(ProfileForm.shape[key], field(name), name)]),
  )
}

export const clients: Record<string, Action> = {
  getclientsdetails: {
    right: 'list-clients',
    run: async (call) => {
      const client = await detailed(call)
      const user = (await listClientUsers(call.db, client)).map((one) => ({
        ...{ id: one.id, name: fullName(one), email: one.email, is_owner: String(one.isOwner) },
      }))
      const fields = {
        ...{ client_id: client.id, owner_user_id: client.owner_id, status: client.status },
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
