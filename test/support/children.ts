// The processes that hold hook files, as the system sees them.

import { readdirSync, readFileSync } from 'node:fs'

const read = (path: string) => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Their ids, by name of the file; of one parent only. */
export function hookProcesses(parent: number = process.pid): Map<string, number> {
  const found = new Map<string, number>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const words = read(`/proc/${pid}/cmdline`).split('\0')
    const program = words.findIndex((word) => word.endsWith('/hook-host.ts'))
    if (program > 0 && words[program + 2] === String(parent))
      found.set(words[program + 1]?.split('/').at(-1) ?? '', Number(pid))
  }
  return found
}
