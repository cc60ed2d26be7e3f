import { describe, expect, test } from 'vitest'
import { importsOf, readSources, type Source } from './support/sources.ts'

// Areas and api → web → domain → platform; server, jobs, cli and dev may import all of these.
const MAY: Record<string, string[]> = {
  platform: [],
  lang: [],
  domain: ['platform'],
  web: ['domain', 'platform', 'lang'],
  'client-area': ['web', 'domain', 'platform'],
  'admin-area': ['web', 'domain', 'platform'],
  api: ['web', 'domain', 'platform'],
}
const EVERYTHING = ['cli', 'dev', '']
const SOURCES = readSources('src', '.ts')

/** The folder below src; '' for a file right in it. */
const layerOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1] ?? ''

const offenders = (test: (source: Source) => boolean) => SOURCES.filter(test).map(({ path }) => path)
const importing =
  (...packages: string[]) =>
  (source: Source) =>
    importsOf(source).some(({ from }) =>
      packages.some((name) => from === name || from.startsWith(`${name}/`)),
    )

describe('who may import whom', () => {
  test('the sources are read at all', () => {
    expect(SOURCES.length).toBeGreaterThan(60)
    expect(importsOf(SOURCES.find(({ path }) => path === 'src/app.ts') as Source).length).toBeGreaterThan(15)
  })

  test('each layer only those below it; areas never each other', () => {
    const wrong = SOURCES.flatMap((source) => {
      const layer = layerOf(source.path)
      if (EVERYTHING.includes(layer)) return []
      const may = MAY[layer]
      if (!may) return [`${source.path} is in a folder that nobody has said anything about`]
      return (
        importsOf(source)
          .filter(({ from }) => from.startsWith('src/') && layerOf(from) !== layer)
          .filter(({ from, types }) => !may.includes(layerOf(from)) && !(layerOf(from) === 'lang' && types))
          // The type of the settings that it is given; config.ts is read by server.ts alone.
          .filter(({ from, types }) => !(layer === 'web' && from === 'src/config.ts' && types))
          .filter(({ from, types }) => !(layer.endsWith('-area') && from === 'src/config.ts' && types))
          .map(({ from }) => `${source.path} imports ${from}`)
      )
    })
    expect(wrong).toEqual([])
  })

  test('the domain knows no HTTP, no templates, no forms', () => {
    const inDomain = importing('express', 'hono', '@hono', 'eta', 'zod', 'helmet', 'nodemailer', 'pino')
    expect(offenders((source) => layerOf(source.path) === 'domain' && inDomain(source))).toEqual([])
  })

  test('lucia is known to one file, the driver of a database to platform alone', () => {
    expect(offenders(importing('lucia'))).toEqual(['src/domain/sessions.ts'])
    const drivers = offenders(importing('libsql', 'mysql2')).filter((path) => layerOf(path) !== 'platform')
    expect(drivers).toEqual([])
    const builds = SOURCES.filter((source) =>
      importsOf(source).some(({ from, types }) => from === 'knex' && !types),
    ).map(({ path }) => path)
    expect(builds).toEqual(['src/platform/database.ts'])
  })

  test('sentences are in src/lang; only translate.ts looks them up', () => {
    const lookups = SOURCES.filter((source) =>
      importsOf(source).some(({ from, types }) => from === 'src/lang/english.ts' && !types),
    )
    expect(lookups.map(({ path }) => path)).toEqual(['src/web/translate.ts'])
  })

  test('the environment is read in config.ts alone', () => {
    expect(offenders(({ text }) => /process\.env|\bprocess\['env'\]|import\.meta\.env/.test(text))).toEqual([
      'src/config.ts',
    ])
  })

  test('areas and web pass the connection on, but never query with it', () => {
    const queries =
      /\b(db|trx)(<[^>]+>)?\(|\b(db|trx)\.(raw|select|insert|from|table|transaction|schema)\b|\.locals\.db\(/
    const pages = (path: string) => /^(client-area|admin-area|api|web)$/.test(layerOf(path))
    expect(offenders(({ path, text }) => pages(path) && queries.test(text))).toEqual([])
  })

  test('migrations import nothing of ours', () => {
    const wrong = readSources('migrations', '.ts').filter((source) =>
      importsOf(source).some(({ from, types }) => from.startsWith('src/') || !types),
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  test('no barrels, no path aliases but #hooks', () => {
    expect(offenders(({ path }) => path.endsWith('/index.ts'))).toEqual([])
    const aliases = SOURCES.flatMap(importsOf)
      .map(({ from }) => from)
      .filter((from) => /^[#~]/.test(from))
    expect([...new Set(aliases)]).toEqual(['#hooks'])
    expect(SOURCES.flatMap(importsOf).filter(({ from, types }) => from === '#hooks' && !types)).toEqual([])
  })
})

describe('files stay small', () => {
  const lines = (text: string) => text.split('\n').length - 1
  const over = (sources: Source[], most: number) =>
    sources.filter(({ text }) => lines(text) > most).map(({ path, text }) => `${path}: ${lines(text)}`)

  test('sources and tests: 250 lines at most, sentences apart', () => {
    const sources = [...SOURCES, ...readSources('test', '.ts')]
    expect(
      over(
        sources.filter(({ path }) => layerOf(path) !== 'lang'),
        250,
      ),
    ).toEqual([])
  })

  test('templates: 120 lines at most', () => {
    expect(over(readSources('views', '.eta'), 120)).toEqual([])
  })

  test('functions: 40 lines at most, but for those that hold the pages of a file', () => {
    const long = SOURCES.filter(({ path }) => layerOf(path) !== 'lang').flatMap(({ path, text }) =>
      [...text.matchAll(/^( *)(?:export )?(?:async )?function (\w+)[\s\S]*?\n\1\}$/gm)]
        .filter(([whole]) => lines(whole) + 1 > 40)
        .filter(([whole]) => !/= (express|Router)\(\)/.test(whole))
        .map(([, , name]) => `${path}: ${name}`),
    )
    expect(long).toEqual(['src/dev/sample-pages.ts: samplePages'])
  })

  test('no any, no ignored rule, no mark of unfinished work', () => {
    const marks =
      /\bas any\b|: any\b|<any>|@ts-(ignore|expect-error|nocheck)|biome-ignore|\b(TODO|FIXME|XXX)\b/
    const all = [...SOURCES, ...readSources('hooks', '.ts'), ...readSources('migrations', '.ts')]
    expect(all.filter(({ text }) => marks.test(text)).map(({ path }) => path)).toEqual([])
  })
})
