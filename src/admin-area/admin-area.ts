// The pages of the Admin Area; each file names the URLs that it answers.

import { Router } from 'express'
import type { Db } from '../platform/database.ts'
import { associatePage } from './associate.ts'
import { client } from './client.ts'
import { clients } from './clients.ts'
import { home } from './home.ts'
import { login } from './login.ts'
import { settings } from './settings.ts'
import { users } from './users.ts'

// clients before client, associate before users: /new and /associate are no ids.
export const adminArea = (db: Db) =>
  Router().use(login(db), home(db), clients(db), client(db), associatePage(db), users(db), settings(db))
