// Where somebody is in the lists of a page, by what its URL says: what is done to a row comes back there.

import type { Request } from 'express'

const PLACE_MAX = 300

/** Those of these names that the URL has, as the end of another one; nothing else of it is kept. */
export function placesIn({ query }: Request, names: readonly string[]): string {
  const said = names.flatMap((name): [string, string][] => {
    const value = query[name]
    return typeof value === 'string' && value ? [[name, value.slice(0, PLACE_MAX)]] : []
  })
  return said.length > 0 ? `?${new URLSearchParams(said)}` : ''
}
