// Times of an access set straight in the database, for what does not look at how they came about.

import type { TestHouse } from './house.ts'

export const actOn = (
  { db }: TestHouse,
  client_id: number,
  user_id: number,
  times: { ends_at?: string | null; suspended_at?: string | null },
) => db('associations').where({ client_id, user_id }).update(times)
