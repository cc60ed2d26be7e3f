// The files of the project as text, for tests of its shape.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The same for all processes of a test, whatever folder of their own they have. */
export const ACTIVITY_KEY = 'the key of the activity log in every test'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Source {
  /** From the project's folder: src/domain/users.ts. */
  path: string
  text: string
}

export const readSources = (folder: string, ending: string): Source[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

/** What a file imports: a package by its name, a file of ours by its path from the project's folder. */
export function importsOf({ path, text }: Source): { from: string; types: boolean }[] {
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?[^'";]*?from '([^']+)'|^import '([^']+)'|import\('([^']+)'\)/gm,
  )
  return [...statements].map(([, types, from, bare, late]) => {
    const name = from ?? bare ?? late ?? ''
    const own = name.startsWith('.')
    return { from: own ? relative(ROOT, resolve(ROOT, dirname(path), name)) : name, types: Boolean(types) }
  })
}
