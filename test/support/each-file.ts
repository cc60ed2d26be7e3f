// Runs before each test file. Files share a process, for what they import takes longer than most of them do: so
// each finds the clock right and a folder of its own for processes, and leaves nothing behind.

import { afterAll, vi } from 'vitest'
import { resetClock } from '../../src/platform/clock.ts'
import { closeAll } from './at-end.ts'
import { endProcesses, makeFolder } from './processes.ts'

makeFolder()
afterAll(async () => {
  await closeAll()
  endProcesses()
  resetClock()
  vi.restoreAllMocks()
})
