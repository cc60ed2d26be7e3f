import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, readSources } from './support/sources.ts'

const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

/** Tools that are called by their command, and not imported. */
const COMMANDS = ['@biomejs/biome', 'typescript']

/** Whether some file names the package, as what it imports or reads. */
function isNamed(name: string, folders: string[]): boolean {
  const quoted = new RegExp(`'${name}(/[^']*)?'`)
  return folders.some((folder) => readSources(folder, '.ts').some(({ text }) => quoted.test(text)))
}

test('what production installs is used by what runs there', () => {
  const unused = Object.keys(dependencies).filter((name) => !isNamed(name, ['src', 'migrations']))
  expect(unused).toEqual([])
})

test('what is installed beside it is used by the tests, or types what is', () => {
  const unused = Object.keys(devDependencies).filter((name) => {
    const typed = name.startsWith('@types/') ? name.slice('@types/'.length) : name
    return !COMMANDS.includes(name) && typed !== 'node' && !isNamed(typed, ['src', 'test'])
  })
  expect(unused).toEqual([])
})
