// The activity log, as sentences.

import type { Activity } from '../../domain/activity.ts'
import { walkActivity } from '../../domain/walking-lists.ts'
import { inSentences } from '../../web/activity-words.ts'
import { idOf } from '../../web/request.ts'
import type { Action } from './call.ts'
import { dateTime, numbered, stretchIn } from './lists.ts'

const doneBy = (entry: Activity, kind: Activity['actor_kind']) =>
  entry.actor_kind === kind ? (entry.actor_id ?? 0) : 0

const shown = (entry: Activity) => ({
  ...{ id: entry.id, clientId: entry.client_id ?? 0 },
  userId: entry.user_id ?? doneBy(entry, 'user'),
  adminId: entry.acting_admin_id ?? doneBy(entry, 'admin'),
  ...{ date: dateTime(entry.at), description: inSentences([entry])[0]?.what ?? '' },
  ...{ username: entry.actor_name, ipaddress: entry.ip },
})

/** WHMCS names the client userid, or clientid. */
const CLIENT = ['clientid', 'userid']

export const activity: Record<string, Action> = {
  getactivitylog: {
    right: 'see-activity',
    run: async (call) => {
      const stretch = stretchIn(call)
      const client = CLIENT.map(call.field).find(Boolean)
      const filter = {
        ...(client && { client: { id: idOf(client) } }),
        ...{ name: call.field('user') || undefined, ip: call.field('ipaddress') || undefined },
        text: call.field('description') || undefined,
      }
      const rows = await walkActivity(call.db, call.caller, filter, stretch)
      const { shown: some, figures } = numbered(stretch, rows)
      return { result: 'success', ...figures, activity: { entry: some.map(shown) } }
    },
  },
}
