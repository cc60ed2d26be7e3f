// What a file opened is closed after its last test, the latest first. An `afterAll` inside of a hook would never run.

const opened: (() => unknown)[] = []

export const atEnd = (close: () => unknown) => void opened.push(close)

export async function closeAll() {
  for (let close = opened.pop(); close; close = opened.pop()) await close()
}
