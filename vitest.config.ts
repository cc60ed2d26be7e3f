import { defineConfig } from 'vitest/config'

// Which suites there are: the stories on both databases, races where they mean something, a few in a browser.
// test/run.ts says what is missing; by hand: npx vitest run --project sqlite.
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
          // One after another where figures are taken.
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
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ]
  : []

export default defineConfig({
  test: {
    pool: 'forks',
    // More than there are processors here: many stories wait for a process, a peer or a clock.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 30_000,
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
