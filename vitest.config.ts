import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Which suites there are: the stories on both databases, races where they mean something, a few in a browser.
// test/run.ts says what is missing; by hand: npx vitest run --project sqlite.

// What waits most comes first, so that at the end no process is left waiting alone; each suite in one piece, for
// its processes go on from file to file (isolate: false) and end with it.
const ORDER = ['galera', 'faults', 'browser', 'mariadb', 'races', 'sqlite']
class SuiteAfterSuite extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const place = ({ project }: TestSpecification) => ORDER.indexOf(project.name)
    return (await super.sort(files)).sort((one, other) => place(one) - place(other))
  }
}

const mariadb = process.env.TEST_DATABASE_URL
  ? [
      {
        extends: true as const,
        test: { name: 'mariadb', include: ['test/*.test.ts'], env: { LATCHKEY_TEST_DB: 'mariadb' } },
      },
      {
        extends: true as const,
        test: { name: 'races', include: ['test/races/*.test.ts'], env: { LATCHKEY_TEST_DB: 'mariadb' } },
      },
      {
        // Real processes, killed at random. Short here; npm run test:faults runs all of it.
        extends: true as const,
        test: {
          name: 'faults',
          include: ['test/faults/*.test.ts'],
          env: { LATCHKEY_TEST_DB: 'mariadb' },
          // One after another, each in a process of its own, where figures are taken.
          isolate: process.env.FAULTS === 'full',
          fileParallelism: process.env.FAULTS !== 'full',
          testTimeout: 900_000,
          hookTimeout: 120_000,
        },
      },
      // On a cluster, each file with one of its own: part of the full run alone.
      ...(process.env.FAULTS === 'full'
        ? [
            {
              extends: true as const,
              test: {
                name: 'galera',
                isolate: true,
                include: ['test/faults/galera/*.test.ts'],
                env: { LATCHKEY_TEST_DB: 'mariadb' },
                fileParallelism: false,
                testTimeout: 900_000,
                hookTimeout: 120_000,
              },
            },
          ]
        : []),
    ]
  : []

const browser = process.env.CHROMIUM_PATH
  ? [
      {
        extends: true as const,
        test: {
          name: 'browser',
          include: ['test/browser/*.test.ts'],
          env: { LATCHKEY_TEST_DB: 'sqlite' },
        },
      },
    ]
  : []

export default defineConfig({
  test: {
    pool: 'forks',
    // More than there are processors here: many stories wait for a process, a peer or a clock.
    maxWorkers: 3,
    // Only what hangs takes that long: a busy machine is no fault.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    expect: { poll: { timeout: 30_000 } },
    // What a file imports takes longer than its stories; test/support/each-file.ts puts right what they share.
    isolate: false,
    setupFiles: ['test/support/each-file.ts'],
    sequence: { sequencer: SuiteAfterSuite },
    projects: [
      {
        extends: true,
        test: { name: 'sqlite', include: ['test/*.test.ts'], env: { LATCHKEY_TEST_DB: 'sqlite' } },
      },
      ...mariadb,
      ...browser,
    ],
  },
})
