// Whom a page is shown for: each form says it, and so does each part of a page that htmx asks for (HARD-CASES H25).

import type { Visit } from './request.ts'

/** What forms carry that are about the person alone, such as accepting and Switch Account. */
export const shownForPerson = ({ user, admin }: Visit) =>
  admin ? `admin ${admin.id}` : user ? `user ${user.id}` : 'nobody'

/** What forms carry that are about the client one acts for, too. */
export const shownFor = (visit: Visit) =>
  visit.user ? `${shownForPerson(visit)} client ${visit.client?.id ?? 'none'}` : shownForPerson(visit)
