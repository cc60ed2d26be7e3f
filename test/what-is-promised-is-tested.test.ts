import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from './support/sources.ts'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const guide = read('docs/security.md')

/** The rows of its tables, without their heads. */
const rows = guide
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| What is promised'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

const heldBy = (cell = '') => /^`(test\/[\w/-]+\.test\.ts)` › (.+)$/.exec(cell)

/** Titles as they stand in the source; a title with ${…} is written like that in the guide, as code. */
const titlesOf = (path: string) =>
  [...read(path).matchAll(/\btest\(\s*(['"`])((?:(?!\1).)+)\1/g)].map(([, , title]) => title)

describe('docs/security.md promises only what a test holds', () => {
  test('it has its tables', () => expect(rows.length).toBeGreaterThan(35))

  test('each row names one test that exists, by file and title', () => {
    const wrong = rows.flatMap(([, promise = '', requirement = '', held = '']) => {
      const [, path = '', named = ''] = heldBy(held) ?? []
      if (!path || !existsSync(join(ROOT, path))) return [`no such file: ${held}`]
      const title = named.replace(/^`(.*)`$/, '$1')
      if (!titlesOf(path).includes(title)) return [`no such test: ${held}`]
      return promise !== '' && requirement === '' ? [`no requirement: ${promise}`] : []
    })
    expect(wrong).toEqual([])
  })

  test('each table begins with a promise, and says none twice', () => {
    const promises = rows.map(([, promise]) => promise).filter(Boolean)
    expect(new Set(promises).size).toBe(promises.length)
    expect(guide).not.toMatch(/\|---\|---\|---\|\n\| \|/)
  })

  test('it says how to report and what is out of scope', () => {
    for (const heading of ['## Reporting a weakness', '## What is out of scope'])
      expect(guide).toContain(heading)
    expect(guide).toContain('/.well-known/security.txt')
  })

  test('README and operating lead to it', () => {
    expect(read('README.md')).toContain('(docs/security.md)')
    expect(read('docs/operating.md')).toContain('(security.md)')
  })
})
