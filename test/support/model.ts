// What should be true, in a hundred lines and without a database: who is associated with what, who owns, which
// invitations stand, and what each act is answered. The rules are those of DESIGN §3; nothing here is of src.

const KEYS =
  'affiliates contacts domains emails invoices managedomains manageproducts orders products productsso profile quotes tickets users'
export const ALL = KEYS.split(' ')
const ALL_BUT_USERS = ALL.filter((key) => key !== 'users')

/** Dora and Erik have no login until they register or are added. Ada is the admin. */
export const PEOPLE = ['alice', 'bob', 'carol', 'dora', 'erik'] as const
export type Person = (typeof PEOPLE)[number]
/** 'owner' is whoever owns the client at that moment. */
export type Who = Person | 'ada' | 'owner'

export interface Invite {
  act: 'invite'
  by: Who
  client: number
  to: Person
  keys: string[]
}
export interface Send {
  act: 'resend' | 'cancel'
  by: Who
  offer: number
}
/** By whoever holds the link, which may have been replaced: then it is `old`. */
export interface Answer {
  act: 'accept' | 'register' | 'decline'
  by: Person
  offer: number
  old: boolean
}
export interface Associate {
  act: 'associate'
  by: Who
  client: number
  who: Person
  keys: string[]
  confirmed: boolean
}
export interface Change {
  act: 'remove' | 'makeOwner' | 'permissions'
  by: Who
  client: number
  who: Person
  keys: string[]
}
export interface Close {
  act: 'close' | 'reopen'
  client: number
}
export interface Wait {
  act: 'wait'
  days: number
  job: boolean
}
export type Step = Invite | Send | Answer | Associate | Change | Close | Wait

export interface Offer {
  client: number
  to: Person
  by: Who
  keys: string[]
  sends: number
  status: string
  until: number
  acceptedBy?: Person
}

export class Model {
  day = 0
  users = new Set<Who>(['alice', 'bob', 'carol', 'ada'])
  accounts = [
    {
      owner: 'alice' as Person,
      closed: false,
      held: new Map<Person, string[]>([
        ['alice', ALL],
        ['bob', ['tickets']],
      ]),
    },
    {
      owner: 'bob' as Person,
      closed: false,
      held: new Map<Person, string[]>([
        ['bob', ALL],
        ['alice', ['tickets']],
      ]),
    },
  ]
  offers: Offer[] = []

  statusOf = (offer: Offer) =>
    offer.status === 'pending' && offer.until <= this.day ? 'expired' : offer.status
  account = (client: number) => this.accounts[client] as Model['accounts'][number]
  /** Counted from the latest. */
  offer = (nth: number) => this.offers.at(-1 - (nth % this.offers.length)) as Offer

  /** Whether the step can be tried at all: its people exist and so does its invitation. */
  possible(step: Step) {
    const known =
      !('by' in step) ||
      step.by === 'owner' ||
      ['register', 'decline'].includes(step.act) ||
      this.users.has(step.by)
    return known && (!('offer' in step) || this.offers.length > 0)
  }

  /** Takes the step, and says what it is to be answered. */
  take(asked: Step): string {
    const step = this.named(asked)
    switch (step.act) {
      case 'invite':
        return this.invite(step)
      case 'resend':
        return this.resend(step.by, this.offer(step.offer))
      case 'cancel':
        return this.cancel(step.by, this.offer(step.offer))
      case 'accept':
      case 'register':
      case 'decline':
        return this.answer(step, this.offer(step.offer))
      case 'associate':
        return this.associate(step)
      case 'remove':
      case 'makeOwner':
      case 'permissions':
        return this.change(step)
      case 'close':
      case 'reopen':
        return this.setClosed(step.client, step.act === 'close')
      case 'wait':
        this.day += step.days
        return 'ok'
    }
  }

  private named<T extends Step>(step: T): T {
    if (!('by' in step) || step.by !== 'owner') return step
    const client = 'client' in step ? step.client : this.offer('offer' in step ? step.offer : 0).client
    return { ...step, by: this.account(client).owner }
  }

  reach(by: Who, client: number) {
    if (by === 'ada' || by === this.account(client).owner) return ALL
    const held = this.account(client).held.get(by as Person) ?? []
    return held.includes('users') ? held : []
  }
  reaches = (by: Who, client: number, keys: string[]) =>
    keys.every((key) => this.reach(by, client).includes(key))
  pending = (client: number) =>
    this.offers.filter((o) => o.client === client && this.statusOf(o) === 'pending')

  private setClosed(client: number, closed: boolean) {
    const account = this.account(client)
    if (account.closed === closed) return closed ? 'client.closedAlready' : 'client.openAlready'
    account.closed = closed
    if (closed) for (const offer of this.pending(client)) offer.status = 'cancelled'
    return 'ok'
  }

  private mayInvite(by: Who, client: number, to: Person) {
    if (!this.reach(by, client).length) return 'users.mayNot'
    if (this.account(client).closed) return 'client.closed'
    return this.account(client).held.has(to) ? 'invite.alreadyAssociated' : 'ok'
  }

  private invite({ by, client, to, keys }: Invite) {
    const answer = keys.length === 0 ? 'permissions.none' : this.mayInvite(by, client, to)
    if (answer !== 'ok') return answer
    const before = this.pending(client).find((offer) => offer.to === to)
    if (!this.reaches(by, client, keys)) return 'delegate.beyond'
    if (before && !this.reaches(by, client, before.keys)) return 'delegate.invitesMore'
    const now = { by, keys, until: this.day + 7, sends: (before?.sends ?? 0) + 1 }
    if (before) Object.assign(before, now)
    else this.offers.push({ client, to, status: 'pending', ...now })
    return 'ok'
  }

  private resend(by: Who, offer: Offer) {
    const answer = this.mayInvite(by, offer.client, offer.to)
    if (answer !== 'ok') return answer
    if (!this.reaches(by, offer.client, offer.keys)) return 'delegate.invitesMore'
    if (!['pending', 'expired'].includes(this.statusOf(offer))) return 'invite.notPending'
    if (this.pending(offer.client).some((other) => other !== offer && other.to === offer.to))
      return 'invite.newerPending'
    Object.assign(offer, { by, status: 'pending', until: this.day + 7, sends: offer.sends + 1 })
    return 'ok'
  }

  private cancel(by: Who, offer: Offer) {
    if (!this.reach(by, offer.client).length) return 'users.mayNot'
    if (!this.reaches(by, offer.client, offer.keys)) return 'delegate.invitesMore'
    if (this.statusOf(offer) !== 'pending') return 'invite.notPending'
    offer.status = 'cancelled'
    return 'ok'
  }

  private answer(step: Answer, offer: Offer) {
    const { held, closed } = this.account(offer.client)
    const may = offer.by === 'ada' ? ALL : (held.get(offer.by as Person) ?? [])
    const given = offer.keys.filter((key) => may.includes(key))
    const replaced = step.old && offer.sends > 1
    if (this.statusOf(offer) !== 'pending' || replaced || closed || given.length === 0) return 'invite.dead'
    if (step.act === 'register' && this.users.has(step.by)) return 'user.emailTaken'
    if (step.act === 'accept' && held.has(step.by)) return 'accept.alreadyAssociated'
    offer.status = step.act === 'decline' ? 'declined' : 'accepted'
    if (step.act === 'decline') return 'ok'
    this.users.add(step.by)
    held.set(step.by, given)
    offer.acceptedBy = step.by
    return 'ok'
  }

  private associate({ by, client, who, keys, confirmed }: Associate) {
    const unproven = this.users.has(who) && (who === 'dora' || who === 'erik')
    if (keys.length === 0) return 'permissions.none'
    if (unproven && !confirmed) return 'associate.unverified'
    const answer = this.mayInvite(by, client, who)
    if (answer !== 'ok') return answer
    if (!this.reaches(by, client, keys)) return 'delegate.beyond'
    this.users.add(who)
    this.account(client).held.set(who, keys)
    return 'ok'
  }

  private change(step: Change) {
    const { by, client, who, act } = step
    const account = this.account(client)
    if (!account.held.has(who)) return 'not found'
    if (act === 'makeOwner' && by !== 'ada') return 'users.adminOnly'
    if (act === 'permissions' && step.keys.length === 0) return 'permissions.none'
    if (!this.reach(by, client).length) return 'users.mayNot'
    if (account.owner === who)
      return { remove: 'owner.remove', makeOwner: 'owner.already', permissions: 'owner.edit' }[act]
    if (by === who) return 'delegate.yourself'
    if (!this.reaches(by, client, account.held.get(who) ?? [])) return 'delegate.holdsMore'
    if (act === 'permissions' && !this.reaches(by, client, step.keys)) return 'delegate.beyond'
    const managed = account.held.get(who)?.includes('users')
    if (act === 'remove') account.held.delete(who)
    else account.held.set(who, act === 'makeOwner' ? ALL : step.keys)
    if (act === 'makeOwner') account.held.set(account.owner, ALL_BUT_USERS)
    if (act === 'makeOwner') account.owner = who
    const holds = (key: string) => account.held.get(who)?.includes(key)
    const ends = (offer: Offer) => (managed && !holds('users')) || !offer.keys.some(holds)
    for (const offer of this.pending(client)) if (offer.by === who && ends(offer)) offer.status = 'cancelled'
    return 'ok'
  }
}
