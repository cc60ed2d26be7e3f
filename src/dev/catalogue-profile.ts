// The catalogue's pages for one's own profile, password and address.

import type { Data } from '../web/views.ts'

const wrong = {
  values: {},
  errors: { current_password: 'That is not your current password.', password: 'Enter a password.' },
}

export function profilePages(): [name: string, data: Data, more?: string][] {
  return [['password', { form: wrong }]]
}
