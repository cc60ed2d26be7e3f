// Whom a page is shown for: each form says it, and so does each part of a page that htmx asks for (HARD-CASES H25).

import { idOf, type Visit } from './request.ts'

/** What forms carry that are about the person alone, such as accepting and Switch Account. */
export const shownForPerson = ({ user, admin }: Visit) =>
  admin ? `admin ${admin.id}` : user ? `user ${user.id}` : 'nobody'

/** What forms carry that are about the client one acts for, too. */
export const shownFor = (visit: Visit) =>
  visit.user ? `${shownForPerson(visit)} client ${visit.client?.id ?? 'none'}` : shownForPerson(visit)

/** The id of the client that something was shown for, if it was for who is here now; else 0, which no client has. */
export function shownClient(visit: Visit, shown: string): number {
  const [person, client] = shown.split(' client ')
  return person === shownForPerson(visit) ? idOf(client) : 0
}
