// npm run doctor, as an operator calls it.

import { start } from './processes.ts'

/** What it finds wrong, line by line; nothing when all is well. */
export async function doctorFinds(databaseUrl: string): Promise<string[]> {
  const { ended, output } = start('doctor', { DATABASE_URL: databaseUrl }, 'src/cli/doctor.ts')
  return (await ended) === 0 ? [] : output().split('\n').filter(Boolean)
}
