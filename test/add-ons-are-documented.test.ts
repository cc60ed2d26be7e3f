import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { AddHook } from '#hooks'
import { loadHooks } from '../src/hook-runner.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const types = read('hooks/hook-points.d.ts').replace(/\/\*\*[\s\S]*?\*\//g, '')
const guide = read('docs/add-ons.md')

/** The fields of an interface: name and what stands behind it, without what is nested. */
function fieldsOf(name: string): Map<string, string> {
  const body = new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(types)?.[1] ?? ''
  const fields = body.matchAll(/^ {2}(\w+): ([\s\S]*?)(?=\n {2}\w|$(?![\s\S]))/gm)
  return new Map([...fields].map(([, field = '', type = '']) => [field, type]))
}

const payloadOf = (type: string) =>
  [
    ...type
      .slice(1, -1)
      .replace(/\{[^{}]*\}/g, '')
      .matchAll(/(\w+):/g),
  ].map(([, name]) => name)

/** The rows of the guide's tables whose first cell is a name. */
const rows = new Map(
  [...guide.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, name = '', cell = '']) => [name, cell]),
)
const namesIn = (cell = '') => [...cell.replace(/\(.*?\)/g, '').matchAll(/`(\w+)`/g)].map(([, name]) => name)

describe('docs/add-ons.md tells what is so', () => {
  const points = fieldsOf('HookPoints')
  const objects = ['Actor', 'Client', 'User', 'NewUser', 'Invitation', 'Contact']
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-docs-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('every hook point is there with what it gives, and none too many', () => {
    expect(points.size).toBeGreaterThan(20)
    const described = [...rows.keys()].filter(
      (name) => !objects.includes(name) && !['id', 'at', 'actor'].includes(name),
    )
    expect(described.sort()).toEqual([...points.keys()].sort())
    for (const [name, type] of points) expect(namesIn(rows.get(name)), name).toEqual(payloadOf(type))
  })

  test('so is every field of every object, and of every event', () => {
    for (const name of objects) expect(namesIn(rows.get(name)), name).toEqual([...fieldsOf(name).keys()])
    for (const field of fieldsOf('Event').keys()) expect(rows.has(field), field).toBe(true)
  })

  test('limits and pauses are those of the code', () => {
    expect(read('src/hook-process.ts')).toContain('LOAD_MS = 5_000')
    expect(read('src/hook-process.ts')).toContain('HEAP_MB = 512')
    expect(read('src/hook-runner.ts')).toContain('SENTENCE_MAX = 300')
    const file = read('src/hook-file.ts')
    expect(file).toContain('RUN_MS = 10_000')
    expect(file).toContain('ASK_MS = 2_000')
    expect(file).toContain('CALLS_AT_ONCE = 10')
    expect(file).toContain('REST_SECONDS = 60')
    expect(file).toContain('IDLE_MS = 60_000')
    expect(read('src/domain/retrying.ts')).toContain('PAUSES_MINUTES = [1, 2, 5, 15, 60, 120, 240, 360]')
    expect(read('src/domain/retrying.ts')).toContain('GIVE_UP_MINUTES = 24 * 60')
  })

  test('its code and the example pass the type checker', () => {
    const blocks = [...`${guide}\n${read('hooks/README.md')}`.matchAll(/```(ts|js|cjs)\n([\s\S]*?)```/g)]
    expect(blocks.length).toBeGreaterThanOrEqual(5)
    for (const [nth, [, language, code = '']] of blocks.entries())
      writeFileSync(join(folder, `${nth}.${language}`), code)
    copyFileSync(join(ROOT, 'hooks/_example.ts'), join(folder, 'example.ts'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const compilerOptions = {
      allowJs: true,
      checkJs: true,
      noImplicitAny: true,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
      paths: { '#hooks': [join(ROOT, 'hooks/hook-points.d.ts')] },
    }
    const settings = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.ts', '*.js'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
    const check = () =>
      execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' })
    expect(check()).toBe('')
    writeFileSync(
      join(folder, 'wrong.ts'),
      "import type { AddHook } from '#hooks'\nexport default (addHook: AddHook) => addHook('InvitSent', 1, () => {})",
    )
    expect(check, 'the checker does look').toThrow()
    rmSync(join(folder, 'wrong.ts'))
  })

  test('its code and the example load and add their hooks, from a folder of their own', async () => {
    const log = { info: vi.fn(), warn: vi.fn() }
    writeFileSync(join(folder, 'package.json'), '{}')
    const { loaded, broken, close } = await loadHooks(folder, log)
    await close()
    expect([broken, log.warn.mock.calls]).toEqual([[], []])
    const names = loaded.map(({ name }) => name)
    for (const name of ['InviteSent', 'UserAssociated', 'OwnerChanged', 'PreInviteSend'])
      expect(names).toContain(name)
  })

  test('the example of the project itself is disabled by its underscore', async () => {
    const { loaded, broken } = await loadHooks(join(ROOT, 'hooks'), { info: vi.fn(), warn: vi.fn() })
    expect([loaded, broken]).toEqual([[], []])
    const { default: example } = await import('../hooks/_example.ts')
    const added: string[] = []
    const addHook: AddHook = (name) => void added.push(name)
    example(addHook)
    expect(added).toEqual(['InviteSent', 'UserAssociated', 'OwnerChanged'])
  })
})
