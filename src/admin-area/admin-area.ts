// The pages of the Admin Area; each file names the URLs that it answers.

import { Router } from 'express'
import type { PlannedJob } from '../domain/system.ts'
import type { Db } from '../platform/database.ts'
import { actAs } from './act-as.ts'
import { activity } from './activity.ts'
import { adminLink } from './admin-link.ts'
import { admins } from './admins.ts'
import { api } from './api.ts'
import { associatePage } from './associate.ts'
import { client } from './client.ts'
import { clientContacts } from './client-contacts.ts'
import { clientEmails } from './client-emails.ts'
import { clients } from './clients.ts'
import { deleteUserPage } from './delete-user.ts'
import { deliveries } from './deliveries.ts'
import { emails } from './emails.ts'
import { exportUserPage } from './export-user.ts'
import { home } from './home.ts'
import { hooks } from './hooks.ts'
import { invitations } from './invitations.ts'
import { login } from './login.ts'
import { mergeUsersPage } from './merge-users.ts'
import { own } from './own.ts'
import { people } from './people.ts'
import { person } from './person.ts'
import { roles } from './roles.ts'
import { security, sessions } from './security.ts'
import { settings } from './settings.ts'
import { mindStuck } from './stuck.ts'
import { system } from './system.ts'
import { transfers } from './transfers.ts'
import { users } from './users.ts'

// clients before client, associate before users: /new and /associate are no ids.
export const adminArea = (db: Db, jobs: PlannedJob[]) =>
  Router()
    .use(mindStuck(db), login(db), home(db), clients(db), client(db), clientEmails(db), clientContacts(db))
    .use(associatePage(db), users(db), emails(db), hooks(db), deliveries(db), system(db, jobs), settings(db))
    .use(admins(db), roles(db), own(db), adminLink(db), security(db), sessions(db), activity(db))
    .use(people(db), person(db), actAs(db), deleteUserPage(db), mergeUsersPage(db))
    .use(invitations(db), exportUserPage(db), api(db))
    .use(transfers(db))
