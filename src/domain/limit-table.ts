// Every limit there is: so many in so many seconds. Those with `min` and `max` can be changed in the Admin Area; this
// table is what that page, the settings and the checks go by. What it is counted for is told by its name.

import type { Key } from '../lang/english.ts'

const MINUTE = 60
const HOUR = 3_600
const DAY = 86_400

interface Limit {
  points: number
  /** None: it is about what there is now, not about what was done. */
  seconds: number
  min?: number
  max?: number
  /** In memory: of this process alone, or for calls of the machine. */
  memory?: true
  /** What is said to whoever is over it. */
  over?: Key
}

export const LIMITS = {
  login: { points: 60, seconds: HOUR / 4, min: 5, max: 100_000 },
  mail: { points: 60, seconds: HOUR, min: 5, max: 100_000 },
  link: { points: 1_000, seconds: HOUR, memory: true, min: 20, max: 1_000_000 },
  registrationsOfInvitation: { points: 5, seconds: 7 * DAY, min: 1, max: 1_000 },
  registrationsOfNetwork: { points: 10, seconds: DAY, min: 1, max: 100_000 },
  pendingOfClient: { points: 50, seconds: 0, min: 1, max: 10_000, over: 'limits.over.pendingOfClient' },
  invitesOfClient: { points: 100, seconds: DAY, min: 1, max: 10_000, over: 'limits.over.invitesOfClient' },
  invitesOfUser: { points: 20, seconds: HOUR, min: 1, max: 10_000, over: 'limits.over.invitesOfUser' },
  invitesOfUnverified: {
    ...{ points: 3, seconds: DAY, min: 1, max: 10_000 },
    over: 'limits.over.invitesOfUnverified',
  },
  invitesOfAdmin: { points: 500, seconds: HOUR, min: 20, max: 100_000, over: 'limits.over.invitesOfUser' },
  /** Whoever invites is never told of this one (HARD-CASES H17). */
  mailsToInvited: { points: 3, seconds: DAY, min: 1, max: 1_000 },
  /** Nor is whoever has a link mailed by typing an address. */
  mailsToAddress: { points: 5, seconds: HOUR, min: 1, max: 1_000 },
  accountsOfUser: { points: 5, seconds: DAY, min: 1, max: 1_000, over: 'limits.over.accountsOfUser' },
  requestsOfUser: { points: 5, seconds: DAY, min: 1, max: 1_000, over: 'limits.over.requestsOfUser' },
  /** Whoever asks is never told of this one. */
  mailsToOwner: { points: 3, seconds: DAY, min: 1, max: 1_000 },
  /** Of one credential or token, on each machine. */
  apiCalls: {
    points: 600,
    seconds: MINUTE,
    memory: true,
    min: 10,
    max: 1_000_000,
    over: 'limits.over.apiCalls',
  },
  /** Calls of one network without a credential that is known. */
  apiStrangers: { points: 300, seconds: HOUR / 4, memory: true, min: 10, max: 1_000_000 },
  /** Each suspension behind it mails two people, and never waits: only what undoes it does. */
  resumesOfAccess: { points: 5, seconds: DAY, min: 1, max: 1_000, over: 'limits.over.resumesOfAccess' },
  /** Each edit mails whoever it is about. */
  editsOfAccess: { points: 50, seconds: DAY, min: 1, max: 10_000, over: 'limits.over.editsOfAccess' },
  offersOfOwnership: { points: 10, seconds: DAY, min: 1, max: 1_000, over: 'limits.over.offersOfOwnership' },
  /** Failed logins are counted here; how long the next try waits is told by login-tries.ts. */
  failures: { points: 1_000_000, seconds: DAY },
  /** One turn at a time: whoever takes it says how long it is taken for. */
  turn: { points: 1, seconds: 1 },
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof LIMITS
/** Counted by themselves: call-limits.ts. */
export type CallLimit = 'apiCalls' | 'apiStrangers'
export const isCallLimit = (name: string): name is CallLimit => name === 'apiCalls' || name === 'apiStrangers'
export type CountedName = Exclude<LimitName, 'pendingOfClient' | 'invitesOfClient' | CallLimit>
export type SettableName = Exclude<LimitName, 'failures' | 'turn'>

export type Limits = Record<SettableName, number>

const isSettable = (name: string): name is SettableName =>
  name in LIMITS && 'min' in LIMITS[name as LimitName]

export const SETTABLE: SettableName[] = Object.keys(LIMITS).filter(isSettable)

export const limitOf = (name: LimitName): Limit => LIMITS[name]

/** What the page of the settings shows of each beside its number. */
export const LISTED_LIMITS = SETTABLE.map((name) => ({ name, ...LIMITS[name] }))

/** Whether a limit may be set to this. */
export const isInRange = (name: SettableName, text: string) =>
  /^\d{1,7}$/.test(text) && Number(text) >= LIMITS[name].min && Number(text) <= LIMITS[name].max

/** What holds until an admin chose otherwise; a stored number that is none counts as not there. */
export function limitsFrom(stored: Record<string, string>): Limits {
  const pairs = SETTABLE.map((name) => {
    const text = stored[settingOf(name)] ?? ''
    return [name, isInRange(name, text) ? Number(text) : LIMITS[name].points]
  })
  return Object.fromEntries(pairs)
}

/** The key of a limit among the settings. */
export const settingOf = (name: SettableName) => `limit.${name}`
