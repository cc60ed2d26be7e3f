// Two logins of one person, and the way to the preview of merging them, as an admin walks it.

import type { TestHouse } from './house.ts'
import type { Visitor } from './visitor.ts'

type Name = 'alice' | 'bob' | 'carol'

const SURNAMES = { alice: 'Ames', bob: 'Brown', carol: 'Chen' }

const titled = (name: Name) => `${name.charAt(0).toUpperCase()}${name.slice(1)} ${SURNAMES[name]}`

export async function idsOf({ db, clientNamed }: TestHouse) {
  const user = async (name: Name) =>
    (
      await db('users')
        .where({ first_name: titled(name).split(' ')[0] })
        .first('id')
    ).id
  const client = async (name: string) => (await clientNamed(name)).id
  return {
    alice: await user('alice'),
    bob: await user('bob'),
    carol: await user('carol'),
    acme: await client('Acme Hosting'),
    bakery: await client('Brown Bakery'),
    labs: await client('Chen Labs'),
  }
}

/** Access without a trace, for what does not look at the log. */
export function associate({ db }: TestHouse, user_id: number, client_id: number, permissions: string) {
  const at = '2026-01-01T00:00:00.000Z'
  return db('associations').insert({ client_id, user_id, permissions, created_at: at, updated_at: at })
}

/** From the one's page to what merging the other into it would do, or the other way round. */
export async function lookAtMerge(
  ada: Visitor,
  ids: Record<Name, number>,
  {
    here = 'bob',
    other = 'carol',
    keep = 'this',
  }: { here?: Name; other?: Name; keep?: 'this' | 'other' } = {},
) {
  await ada.visit(`/admin/users/${ids[here]}`)
  await ada.follow('Merge')
  await ada.press('Search', { 'Search by name or address': other })
  const otherStays = `The other one, and ${here}@example.com goes into it`
  await ada.press('Show what will happen', {
    [titled(other)]: true,
    ...(keep === 'other' && { [otherStays]: true }),
  })
}
