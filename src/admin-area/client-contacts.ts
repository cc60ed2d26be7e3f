// A client's Contacts tab: the same pages as in the Client Area, to look at and, with the right, to change.

import type { Db } from '../platform/database.ts'
import { contactPages } from '../web/contact-pages.ts'
import { mayAdmin } from '../web/request.ts'
import { clientOf, holds } from './area.ts'

export const clientContacts = (db: Db) =>
  contactPages(db, {
    url: '/admin/clients/:id/contacts',
    urlOf: ({ id }) => `/admin/clients/${id}/contacts`,
    layout: 'client',
    clientOf: clientOf(db),
    look: holds('list-clients'),
    change: holds('edit-clients'),
    mayChange: (req) => mayAdmin(req.visit, 'edit-clients'),
  })
