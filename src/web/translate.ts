// Keys to sentences. A value that a sentence needs and does not get is a bug, not an empty place.

import type { Values } from '../domain/refusal.ts'
import { english, type Key } from '../lang/english.ts'

export type { Key }

export function t(key: Key, values: Values = {}): string {
  const sentence: string = english[key]
  // Most have no place for a value, and a page says a thousand of them.
  if (!sentence.includes('{')) return sentence
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`The sentence ${key} needs a value for ${name}.`)
    return String(value)
  })
}

export const isKey = (text: string): text is Key => Object.hasOwn(english, text)

/** How the keys with this beginning go on. */
export const keysAfter = (start: string): string[] =>
  Object.keys(english)
    .filter((key) => key.startsWith(start))
    .map((key) => key.slice(start.length))

/** What the sentence has a place for. */
export const placesOf = (key: Key) => [...english[key].matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name))

/** Whether the sentence names this value. */
export const needs = (key: Key, value: string) => placesOf(key).includes(value)
