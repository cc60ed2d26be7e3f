// Something not allowed, with a sentence that a person can read: the one failure that is expected.
// The form helper, the error page and the API catch it; everything else that is thrown is a bug.

import type { Key } from '../lang/english.ts'

export type Values = Record<string, string | number>

export class Refusal extends Error {
  readonly key: Key
  readonly field: string | undefined
  readonly values: Values

  /** @param field the form field that the sentence belongs to, when there is one */
  constructor(key: Key, field?: string, values: Values = {}) {
    super(key)
    this.name = 'Refusal'
    this.key = key
    this.field = field
    this.values = values
  }
}

/** Not there, or not yours: the two are never told apart. */
export class NotFound extends Error {
  constructor() {
    super('Not found')
    this.name = 'NotFound'
  }
}

/** Too much at once: try again in a moment. */
export class Busy extends Error {
  constructor() {
    super('Busy')
    this.name = 'Busy'
  }
}

/** Too many tries: how many seconds to wait, and a sentence that says of what. */
export class TooMany extends Error {
  readonly seconds: number
  readonly key: Key
  readonly values: Values
  constructor(seconds: number, key: Key = 'error.tooMany.sentence', values: Values = {}) {
    super('Too many requests')
    this.name = 'TooMany'
    this.seconds = seconds
    this.key = key
    this.values = values
  }
}
