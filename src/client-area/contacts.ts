// Contacts: who gets mail about this account without a login, for those who hold `contacts`.

import type { Db } from '../platform/database.ts'
import { contactPages } from '../web/contact-pages.ts'
import { actAs } from '../web/guards.ts'
import { currentClient } from '../web/request.ts'
import { permitted } from './area.ts'

const URL = '/account/contacts'

export const contacts = (db: Db) =>
  contactPages(db, {
    url: URL,
    urlOf: () => URL,
    layout: 'client-area',
    clientOf: async (req) => currentClient(req),
    look: permitted('contacts'),
    change: actAs('edit-clients', permitted('contacts')),
    mayChange: ({ visit: { acting } }) => !acting || acting.rights.includes('edit-clients'),
  })
