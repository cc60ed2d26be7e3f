// What makes the doctor say that somebody is not found by what is written on them.

import type { Case, Ids } from './broken-rows.ts'

export const brokenWords = ({ bob, acme }: Ids): Case[] => [
  { check: 'words', rows: [{ table: 'user_words', add: { word: 'stray', user_id: bob } }] },
  { check: 'words', rows: [{ table: 'client_words', add: { word: 'stray', client_id: acme } }] },
  {
    check: 'words',
    rows: [{ table: 'users', where: { email: 'bob@example.com' }, set: { search_text: 'somebody else' } }],
  },
]
