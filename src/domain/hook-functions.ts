// What the domain knows of the functions that add-ons brought. They run elsewhere (src/hook-runner.ts), in
// processes of their own, and are called by key. A call ends in one of three ways: it worked; it failed, which
// is the function's own doing; or it was postponed, which is not, and counts nothing.

import type { Event, HookName, HookPoints } from '#hooks'

export interface LoadedHook {
  /** 'file.ts#InviteSent': the same from start to start. */
  key: string
  file: string
  name: HookName
  priority: number
  /** What it means that it cannot be asked; of `Pre…` points alone. */
  onFailure: 'allow' | 'refuse'
}

/** A file that was left out as a whole, and one sentence that says why. */
export interface BrokenFile {
  file: string
  error: string
}

/** Someone refuses with a sentence; or one could not be asked, and is not to be passed over. */
export type Objection = { sentence: string } | { unavailable: string }

export interface Hooks {
  /** In the order they run: by priority, then by name of the file. */
  loaded: LoadedHook[]
  broken: BrokenFile[]
  /** How many calls its file takes at once, as things are; none while the function rests. */
  limit(key: string): number
  /** Runs one for an event. Throws when it failed or took longer than 10 seconds; or Postponed. */
  run(key: string, event: Event): Promise<void>
  /** Asks those of a `Pre…` point one after the other, 2 seconds each, until one objects. */
  askFirst<N extends HookName>(
    name: N,
    payload: HookPoints[N],
    actor: Event['actor'],
  ): Promise<Objection | undefined>
  /** Ends every process; what runs is postponed. */
  close(): Promise<void>
}

/** Not tried, or interrupted by something else: try again in so many seconds, and count no attempt. */
export class Postponed extends Error {
  readonly seconds: number

  constructor(why: string, seconds: number) {
    super(why)
    this.name = 'Postponed'
    this.seconds = seconds
  }
}
