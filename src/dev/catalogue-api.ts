// The catalogue's pages for the API.

import { docsOf, SETTING } from '../api/docs.ts'
import { documentOf } from '../api/document.ts'
import type { Data } from '../web/views.ts'

export const apiDocs = (): [string, Data] => [
  'api/docs',
  { groups: docsOf(documentOf('http://localhost:3000')), setting: SETTING },
]
