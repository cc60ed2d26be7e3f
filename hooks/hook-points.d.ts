// Every hook point there is, and what its hooks are given. docs/add-ons.md describes them one by one.
//
// Points named in the past tense are told after the change was committed, at least once each: use `id` to
// notice a repetition. They can change nothing that happened. `Pre…` points are asked before the change,
// have 2 seconds, and refuse by returning a sentence for the person who is waiting.

/** Who did it. `credential` is a program with an API key, `system` a job of Latchkey, `visitor` someone not logged in. */
export interface Actor {
  kind: 'user' | 'admin' | 'credential' | 'system' | 'visitor'
  id: number | null
  name: string
  /** The admin who acts as this user; only there while one does. */
  admin?: { id: number; name: string }
}

export interface Client {
  id: number
  name: string
  email: string
  status: 'active' | 'inactive' | 'closed'
  ownerId: number
}

export interface User {
  id: number
  email: string
  firstName: string
  lastName: string
  emailVerified: boolean
}

/** Somebody who has no login yet. */
export interface NewUser {
  email: string
  firstName: string
  lastName: string
}

export interface Invitation {
  id: number
  email: string
  permissions: string[]
  status: 'pending' | 'accepted' | 'declined' | 'cancelled' | 'expired'
  /** UTC, such as 2026-11-23T18:56:24.123Z. */
  sentAt: string
  /** How often it was sent, the first time included. */
  sendCount: number
  expiresAt: string
}

/** Somebody who gets mail about a client and has no login. */
export interface Contact {
  id: number
  firstName: string
  lastName: string
  email: string
  phone: string
  /** Which mail goes there: `general`, `product`, `domain`, `invoice`, `support`, `affiliate`. */
  kinds: string[]
}

/** What every event carries beside its own objects. */
export interface Event {
  /** The same at each repetition of this event. */
  id: string
  /** When it happened: UTC, such as 2026-11-23T18:56:24.123Z. */
  at: string
  actor: Actor
}

export interface HookPoints {
  /** An invitation was sent: a new one, or one that took the place of a pending one. */
  InviteSent: { client: Client; invitation: Invitation }
  /** Resend Invite: the same invitation with a new link and seven new days. */
  InviteResent: { client: Client; invitation: Invitation }
  /** Someone accepted; `user` need not have the invited address. UserAssociated is told as well. */
  InviteAccepted: { client: Client; invitation: Invitation; user: User }
  /** Whoever held the link declined. */
  InviteDeclined: { client: Client; invitation: Invitation }
  /** Cancelled by hand, because the client was closed, or because its inviter lost access. */
  InviteCancelled: { client: Client; invitation: Invitation }
  /** Its seven days are over. */
  InviteExpired: { client: Client; invitation: Invitation }
  /** A user got access to a client, by accepting, by an admin, or by merging another login into theirs. */
  UserAssociated: { client: Client; user: User; permissions: string[] }
  /** A user's access to a client was removed, given up, or over, or went to the login that theirs was merged into. */
  UserDisassociated: { client: Client; user: User }
  /** A user's access rests: nothing may be done with it until it is resumed. */
  AssociationSuspended: { client: Client; user: User }
  /** It holds again, with the permissions that it had. */
  AssociationResumed: { client: Client; user: User; permissions: string[] }
  /** The day until which a user had access is over. UserDisassociated is told as well. */
  AssociationEnded: { client: Client; user: User; endedAt: string }
  /** What a user may do for a client was changed. */
  PermissionsChanged: { client: Client; user: User; before: string[]; after: string[] }
  /** Ownership moved; the former owner stays associated, with all permissions, but for a merged login. */
  OwnerChanged: { client: Client; owner: User; formerOwner: User }
  /** A user asked whoever has this address for access to an account; nobody may own one. */
  AccessRequested: { user: User; ownerEmail: string }
  /** The account was offered, by its owner or in their name, to one of its users, who may accept until `expiresAt`. */
  OwnershipTransferRequested: { client: Client; user: User; owner: User; expiresAt: string }
  /** `user` accepted or declined what was offered to them, it was cancelled, or its seven days are over. */
  OwnershipTransferEnded: {
    client: Client
    user: User
    owner: User
    how: 'accepted' | 'declined' | 'cancelled' | 'expired'
  }
  /** A login was created. */
  UserAdd: { user: User }
  UserLogin: { user: User }
  UserLogout: { user: User }
  /** Name, language or address of a user changed; `before` and `after` hold what is different. */
  UserEdit: { user: User; before: Record<string, string>; after: Record<string, string> }
  /** A user set a new password. The password itself is never told. */
  UserChangePassword: { user: User }
  /** A user proved to own their e-mail address. */
  UserEmailVerificationComplete: { user: User }
  /** A client account was opened. */
  ClientAdd: { client: Client }
  /** A client's details or status changed; `before` and `after` hold what is different. */
  ClientEdit: { client: Client; before: Record<string, string>; after: Record<string, string> }
  ClientClose: { client: Client }
  /** A contact was added to a client. */
  ContactAdd: { client: Client; contact: Contact }
  /** A contact was changed; `before` and `after` hold what is different, kinds of mail with commas. */
  ContactEdit: {
    client: Client
    contact: Contact
    before: Record<string, string>
    after: Record<string, string>
  }
  /** A contact was removed; `contact` is how it was. */
  ContactDelete: { client: Client; contact: Contact }
  /** Before an invitation is sent or sent again. */
  PreInviteSend: { client: Client; email: string; permissions: string[] }
  /** Before an admin associates a user directly; a user to be created has no `id` yet. */
  PreUserAssociate: { client: Client; user: User | NewUser; permissions: string[] }
  /** Before Make Owner, and before a transfer of ownership is offered or accepted; `user` would become the owner. */
  PreOwnerChange: { client: Client; user: User }
  /** Before a login is created; of somebody who registers, before the mail that proves the address goes out. */
  PreUserAdd: { user: NewUser }
}

export type HookName = keyof HookPoints

/** What a `Pre…` hook may answer: a sentence to refuse with, or nothing to let it happen. */
export type Answer = string | undefined

export type Hook<N extends HookName> = (
  event: HookPoints[N] & Event,
) => N extends `Pre${string}` ? Answer | Promise<Answer> : unknown

/** What it means when a `Pre…` hook cannot answer: it throws, takes too long, or its process is gone. */
export interface QuestionOptions {
  /** `allow` (as without it): it happens, with a line in the log. `refuse`: it does not happen. */
  onFailure?: 'allow' | 'refuse'
}

/**
 * Registers a function for a hook point: one of each file. `priority` is a whole number; lower ones run first.
 * The same function may be added to several points.
 */
export type AddHook = <N extends HookName>(
  name: N,
  priority: number,
  hook: Hook<N>,
  options?: N extends `Pre${string}` ? QuestionOptions : undefined,
) => void
