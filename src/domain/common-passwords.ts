// The 10,000 passwords that people choose most, which are what is tried first. The list is ranked and comes from
// @zxcvbn-ts/language-common; it is read when the first password is chosen, since most processes never need it.

import { createRequire } from 'node:module'

const MOST_COMMON = 10_000

let common: Set<string> | undefined

/** As passwords are compared with what nobody should choose. */
export const folded = (text: string) => text.normalize('NFKC').toLowerCase()

function readList(): Set<string> {
  const { dictionary }: { dictionary: Record<string, string[]> } = createRequire(import.meta.url)(
    '@zxcvbn-ts/language-common',
  )
  return new Set((dictionary['passwords-common'] ?? []).slice(0, MOST_COMMON).map(folded))
}

export function isCommon(password: string): boolean {
  common ??= readList()
  return common.has(folded(password))
}
