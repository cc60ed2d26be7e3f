// Delivers what was committed: woken after each change here, and looking each second for what others wrote and for
// what is due again. Of each kind so many at once and no more, so that a slow peer piles up nothing.

export interface Delivery {
  /** Something waits; returns at once. */
  wake(): void
  /** When nothing that is due is left. */
  settled(): Promise<void>
  /** Begins nothing more; over when what runs is over. */
  stop(): Promise<void>
}

type Task = () => Promise<void>

export interface Kind {
  /** How many at once. */
  most: number
  /** Claims up to `free` pieces of work and gives them, to be run at once. */
  next(free: number): Promise<Task[]>
  onError(error: unknown): void
}

const LOOK_EVERY_MS = 1_000

export class Lanes implements Delivery {
  readonly #kind: Kind
  readonly #running = new Set<Promise<void>>()
  readonly #looking = setInterval(() => this.wake(), LOOK_EVERY_MS).unref()
  #handingOut: Promise<void> | undefined
  #again = false
  #isStopped = false

  constructor(kind: Kind) {
    this.#kind = kind
  }

  wake() {
    this.#again = true
    this.#handingOut ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#handOut())
  }

  async settled() {
    while (this.#handingOut || this.#running.size > 0) await (this.#handingOut ?? Promise.race(this.#running))
  }

  async stop() {
    this.#isStopped = true
    clearInterval(this.#looking)
    await this.settled()
  }

  async #handOut() {
    while (this.#again && !this.#isStopped) {
      this.#again = false
      try {
        while (await this.#look());
      } catch (error) {
        this.#kind.onError(error)
      }
    }
    this.#handingOut = undefined
  }

  /** Begins what is due, as far as there is room; gives whether there was anything. */
  async #look(): Promise<boolean> {
    const { most, next } = this.#kind
    if (this.#running.size >= most) await Promise.race(this.#running)
    const tasks = this.#isStopped ? [] : await next(most - this.#running.size)
    for (const task of tasks) this.#begin(task)
    return tasks.length > 0
  }

  #begin(task: Task) {
    const run = task()
      .catch(this.#kind.onError)
      .finally(() => {
        this.#running.delete(run)
        // What had no room may have it now.
        if (!this.#isStopped) this.wake()
      })
    this.#running.add(run)
  }
}

/** Some that are woken, waited for and stopped as one; apart from each other, so a slow hook holds back no mail. */
export const together = (...all: Delivery[]): Delivery => ({
  wake: () => {
    for (const one of all) one.wake()
  },
  settled: async () => void (await Promise.all(all.map((one) => one.settled()))),
  stop: async () => void (await Promise.all(all.map((one) => one.stop()))),
})
