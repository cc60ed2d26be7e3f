// Contacts belong to a client that is there, with an address in lower case and kinds of mail as they are stored.

import { formatKinds, parseKinds } from './contacts.ts'
import { type Check, lacks } from './doctor-checks.ts'

const CONTACTS = { over: { table: 'contacts', key: 'id', column: 'k.id' }, from: 'contacts k' }
const CONTACT = 'k.id AS contact, k.client_id AS client'

export const contactChecks: Check[] = [
  { check: 'contact.orphan', ...CONTACTS, select: CONTACT, where: lacks('clients', 'k.client_id') },
  {
    check: 'contact.email',
    ...CONTACTS,
    select: `${CONTACT}, k.email`,
    where: 'k.email <> LOWER(k.email)',
  },
  {
    check: 'contact.kinds',
    ...CONTACTS,
    select: 'MIN(k.client_id) AS client, k.kinds, COUNT(*) AS count',
    group: 'k.kinds',
    isWrong: ({ kinds }) => formatKinds(parseKinds(String(kinds))) !== kinds,
  },
]
