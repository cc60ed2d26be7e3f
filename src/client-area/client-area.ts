// The pages of the Client Area; each file names the URLs that it answers.

import { Router } from 'express'
import type { Db } from '../platform/database.ts'
import { accessReview } from './access-review.ts'
import { accounts } from './accounts.ts'
import { acting } from './acting.ts'
import { activity } from './activity.ts'
import { addressLinks } from './address-links.ts'
import { contacts } from './contacts.ts'
import { details } from './details.ts'
import { emails } from './emails.ts'
import { home } from './home.ts'
import { acceptPage } from './invite.ts'
import { invites } from './invites.ts'
import { leavePage } from './leave.ts'
import { login } from './login.ts'
import { notifications } from './notifications.ts'
import { ownership } from './ownership.ts'
import { password } from './password.ts'
import { passwordReset } from './password-reset.ts'
import { presets } from './presets.ts'
import { profile } from './profile.ts'
import { registration } from './register.ts'
import { requests } from './requests.ts'
import { security, sessions } from './security.ts'
import { signOnPage } from './sign-on.ts'
import { suspendPages } from './suspend.ts'
import { tokens } from './tokens.ts'
import { users } from './users.ts'

export const clientArea = (db: Db) =>
  Router().use(
    login(db),
    signOnPage(db),
    acting(db),
    registration(db),
    passwordReset(db),
    password(db),
    profile(db),
    addressLinks(db),
    acceptPage(db),
    home(db),
    users(db),
    requests(db),
    accessReview(db),
    presets(db),
    invites(db),
    ownership(db),
    details(db),
    contacts(db),
    emails(db),
    accounts(db),
    leavePage(db),
    suspendPages(db),
    security(db),
    activity(db),
    sessions(db),
    notifications(db),
    tokens(db),
  )
