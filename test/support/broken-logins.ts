// For each check of the doctor about logins that were merged or deleted, what makes it fail.

import { type Case, type Ids, NOBODY, one } from './broken-rows.ts'

export const endedLogins = ({ bob, frank }: Ids): Case[] => {
  const set = (id: number, row: object) => ({ table: 'users', where: { id }, set: { ...row } })
  return [
    one('user.merged', set(frank, { status: 'merged' }), 'user.overSession'),
    one('user.merged', set(frank, { merged_into_id: bob })),
    one('user.mergedInto', set(frank, { status: 'merged', merged_into_id: NOBODY }), 'user.overSession'),
    one('user.mergedInto', set(frank, { status: 'merged', merged_into_id: frank }), 'user.overSession'),
    one('user.overSession', set(frank, { status: 'deleted' })),
    one('user.overAccess', set(bob, { status: 'deleted' }), 'client.ownerOver'),
    one('client.ownerOver', set(bob, { status: 'deleted' }), 'user.overAccess'),
  ]
}
