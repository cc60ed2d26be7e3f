// A request for access is asked by a login that is there, open until it is ended, and stands in the way of the next one
// only while it is open or ignored.

import { type Check, lacks } from './doctor-checks.ts'

const REQUESTS = {
  over: { table: 'access_requests', key: 'id', column: 'q.id' },
  from: 'access_requests q',
  select: 'q.id AS request, q.user_id AS user, q.status',
}

export const requestChecks: Check[] = [
  { check: 'request.orphan', ...REQUESTS, where: lacks('users', 'q.user_id') },
  {
    check: 'request.state',
    ...REQUESTS,
    where: `q.status NOT IN ('open', 'invited', 'ignored', 'withdrawn')
      OR (q.status = 'open') <> (q.ended_at IS NULL)
      OR (q.held_by_user_id IS NOT NULL AND (q.held_by_user_id <> q.user_id OR q.status NOT IN ('open', 'ignored')))`,
  },
]
