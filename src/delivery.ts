// Delivers what was committed: woken after each change, and by a job each minute for what was left over.
// One round at a time; a call in the middle of one makes another follow.

export interface Delivery {
  /** Something waits; returns at once. */
  wake(): void
  /** When all rounds that were asked for are over. */
  settled(): Promise<void>
  /** After the round that runs, none follows. */
  stop(): Promise<void>
}

export function startDelivery(round: () => Promise<unknown>, onError: (error: unknown) => void): Delivery {
  let running: Promise<void> | undefined
  let again = false
  let stopped = false

  async function rounds() {
    do {
      again = false
      await round().catch(onError)
    } while (again && !stopped)
    running = undefined
  }

  const wake = () => {
    if (stopped) return
    again = true
    running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(rounds)
  }
  const settled = async () => {
    while (running) await running
  }
  const stop = async () => {
    stopped = true
    await settled()
  }
  return { wake, settled, stop }
}

/** Two that are woken, waited for and stopped as one. */
export const both = (one: Delivery, other: Delivery): Delivery => ({
  wake() {
    one.wake()
    other.wake()
  },
  settled: async () => void (await Promise.all([one.settled(), other.settled()])),
  stop: async () => void (await Promise.all([one.stop(), other.stop()])),
})
