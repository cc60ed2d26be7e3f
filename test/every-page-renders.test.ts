import { beforeAll, describe, expect, test } from 'vitest'
import { USER_STEPS } from '../src/admin-area/people.ts'
import { renderSample } from '../src/dev/catalogue.ts'
import { samplePages } from '../src/dev/sample-pages.ts'
import { AGES } from '../src/domain/all-invitations.ts'
import { CONTACT_KINDS } from '../src/domain/contacts.ts'
import { EMAIL_STATUSES } from '../src/domain/email-log.ts'
import { DELIVERY_STATUSES } from '../src/domain/hook-log.ts'
import { SETTABLE } from '../src/domain/limit-table.ts'
import { USER_FILTERS } from '../src/domain/looking-after-users.ts'
import { PERMISSION_GROUPS, PERMISSIONS } from '../src/domain/permissions.ts'
import { BUILT_IN_PRESETS } from '../src/domain/presets.ts'
import { BUILT_IN_ROLES, RIGHTS } from '../src/domain/rights.ts'
import { LANGUAGES } from '../src/domain/users.ts'
import { MAIL_KINDS } from '../src/domain/wanted-mail.ts'
import { english } from '../src/lang/english.ts'
import { openViews, type Views } from '../src/web/views.ts'
import { readSources } from './support/sources.ts'

const VIEWS = readSources('views', '.eta')
const nameOf = (path: string) => path.replace(/^views\//, '').replace(/\.eta$/, '')

describe('the catalogue holds every page, and each renders', () => {
  let views: Views

  beforeAll(() => {
    views = openViews({ timeZone: 'UTC', appUrl: 'http://localhost:3000' })
  })

  test.each(samplePages().map((page) => [page.name, page] as const))('%s', (_, page) => {
    const html = renderSample(views, page)
    expect(html).not.toMatch(/undefined|\[object \w+\]|NaN|Invalid Date/)
    expect(html).not.toMatch(/<%|%>/)
    expect(html.match(/<h1[ >]/g), 'one heading').toHaveLength(1)
    expect(html, 'no inline script or style').not.toMatch(/ style=|<style|<script(?! src)| on\w+=/)
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(ids, 'each id once').toEqual([...new Set(ids)])
    for (const [, id] of html.matchAll(/ for="([^"]+)"/g)) expect(ids, `a label for ${id}`).toContain(id)
    for (const [, some] of html.matchAll(/ aria-(?:describedby|labelledby)="([^"]+)"/g))
      for (const id of some?.split(' ') ?? []) expect(ids, `described by ${id}`).toContain(id)
  })

  test('every template of a page is in it', () => {
    const shown = new Set(samplePages().map(({ template }) => template))
    const pages = VIEWS.map(({ path }) => nameOf(path)).filter(
      (name) => !/\/_|^layouts\/|^emails\/|^dev\/views$/.test(name),
    )
    expect(pages.filter((name) => !shown.has(name))).toEqual([])
  })

  test('every part and layout is used by something', () => {
    const all =
      VIEWS.map(({ text }) => text).join('\n') +
      readSources('src', '.ts')
        .map(({ text }) => text)
        .join('\n')
    const parts = VIEWS.map(({ path }) => nameOf(path)).filter((name) => /\/_|^layouts\//.test(name))
    const unused = parts.filter((name) => !all.includes(`/${name}`) && !all.includes(`'${name}`))
    expect(unused.filter((name) => !/^layouts\/(admin|client)-area$/.test(name))).toEqual([])
  })

  test('templates hold no sentences of their own', () => {
    const said = VIEWS.filter(({ path }) => !path.startsWith('views/dev/')).flatMap(({ path, text }) => {
      const bare = text.replace(/<%[\s\S]*?%>/g, ' ').replace(/<[^>]*>/g, ' ')
      return [...bare.matchAll(/[A-Za-z]{3,}(?: [A-Za-z]+)*/g)].map(([words]) => `${path}: ${words}`)
    })
    expect(said).toEqual([])
  })
})

describe('sentences and the places that say them', () => {
  const keys = new Set(Object.keys(english))
  const sources = readSources('src', '.ts').filter(({ path }) => !path.startsWith('src/lang/'))
  const text = [...VIEWS, ...sources].map((source) => source.text).join('\n')

  test('every key that a template names is there', () => {
    const named = VIEWS.flatMap(({ path, text }) =>
      [...text.matchAll(/\bt\('([^']+)'(?! *\+)/g)].map(([, key = '']) => ({ path, key })),
    )
    const labels = VIEWS.flatMap(({ path, text }) =>
      [...text.matchAll(/\b(?:label|help|emailHelp|legend): '([\w.]+)'/g)].map(([, key = '']) => ({
        path,
        key,
      })),
    )
    expect(named.length).toBeGreaterThan(150)
    expect([...named, ...labels].filter(({ key }) => !keys.has(key))).toEqual([])
  })

  // Keys that are put together from parts: what they begin with, and what may follow.
  const steps = ['resend', 'cancel', 'link']
  const stuck = ['worker', 'broken', 'settings', 'emails', 'events', 'deliveries']
  const composed: Record<string, readonly string[]> = {
    'permissions.group.': Object.keys(PERMISSION_GROUPS),
    'permission.': PERMISSIONS.flatMap((key) => [`${key}.title`, `${key}.help`, `${key}.short`]),
    'client.status.': ['active', 'inactive', 'closed'],
    'client.tab.': ['summary', 'profile', 'users', 'contacts', 'emails', 'activity'],
    'contacts.kind.': CONTACT_KINDS.flatMap((kind) => [kind, `${kind}.help`]),
    'log.group.': 'invitations access clients logins factors admins api house other'.split(' '),
    'log.column.': 'time actor acting client user action sentence before after detail ip token'.split(' '),
    'stuck.': stuck.flatMap((what) => [what, `look.${what}`]),
    'emails.status.': EMAIL_STATUSES,
    'emails.fault.': ['address', 'settings', 'passing'],
    'deliveries.status.': DELIVERY_STATUSES,
    'system.queue.': ['emails', 'failedEmails', 'events', 'deliveries', 'failedDeliveries'],
    'client.': ['close', 'reopen'].flatMap((step) => [
      step,
      `${step}.title`,
      `${step}.sentence`,
      `${step}.keep`,
    ]),
    'invites.status.': ['accepted', 'declined', 'cancelled', 'expired', 'pending', 'any'],
    'invitations.': [
      ...['email', 'client', 'inviter'],
      ...['resend', 'cancel'].flatMap((one) => [one, `${one}.sentence`, `${one}.done`]),
    ],
    'notifications.kind.': MAIL_KINDS,
    'invitations.age.': ['any', ...AGES],
    'invites.mail.': ['refused', 'failed', 'sent', 'opened', 'expired'],
    'invites.': steps,
    'invite.': steps.flatMap((step) => [`${step}.title`, `${step}.sentence`]),
    'preset.': Object.keys(BUILT_IN_PRESETS),
    'permissions.which.': ['all', 'choose', 'mine'].flatMap((one) => [one, `${one}.help`]),
    'settings.manageUsers.': ['on', 'off', 'on.help', 'off.help'],
    'limits.': SETTABLE,
    'settings.adminsNeedFactor.': ['0', '1'],
    'settings.validateLogin.': ['on', 'off'],
    'review.only.': ['never', 'factor'],
    'settings.acceptBy.': ['any', 'invited', 'any.help', 'invited.help'],
    'associate.': ['yes', 'no'],
    'people.filter.': ['all', ...USER_FILTERS],
    'login.status.': ['active', 'disabled', 'merged', 'deleted'],
    ...Object.fromEntries(
      ['suspend', 'resume'].map((step) => [`${step}.`, ['button', 'title', 'sentence', 'keep', 'done']]),
    ),
    'accounts.': ['suspended', 'ended'],
    'email.change.': ['on', 'off'],
    'email.invitation-accepted.next.': ['on', 'off'],
    'email.invitation-sent.next.': ['on', 'off'],
    'email.invitations-sent.next.': ['on', 'off'],
    'email.access-ends-soon.': ['user', 'owner'],
    'email.access-ended.': ['user', 'owner'],
    'email.access-suspended.': ['user', 'owner'],
    'email.access-resumed.': ['user', 'owner'],
    'merge.owner.': ['stays', 'moves'],
    'transfer.not.': ['disabled', 'unverified', 'suspended', 'ends', 'away', 'noFactor'],
    'merge.keep.': ['this', 'other'],
    'login.': [
      'export',
      ...[...USER_STEPS, 'delete'].flatMap((step) => [
        step,
        `${step}.title`,
        `${step}.sentence`,
        `${step}.done`,
      ]),
    ],
    'language.': LANGUAGES,
    'addressLink.': ['verify', 'confirm', 'back'].flatMap((step) =>
      ['title', 'sentence', 'button'].map((part) => `${step}.${part}`),
    ),
    'right.': RIGHTS.flatMap((right) => [right, `${right}.help`]),
    'role.': Object.keys(BUILT_IN_ROLES),
    'api.docs.token.': ['none', 'login', 'associated', 'owner', 'password', 'permission'],
    'nav.': [
      'clients',
      'invitations',
      'users',
      'emails',
      'activity',
      'hooks',
      'system',
      'admins',
      'api',
      'settings',
    ],
    'credentials.': ['endedTag', 'restingTag', 'revokedTag'],
    'admins.': ['disable', 'enable', 'remove-factor', 'end-sessions', 'send-link'].flatMap((step) => [
      step,
      `${step}.title`,
      `${step}.sentence`,
      `${step}.done`,
    ]),
    'actor.': ['system', 'visitor'],
    'doctor.': [...text.matchAll(/\bcheck: '([\w.]+)'/g)].flatMap(([, name = '']) => [
      name,
      `${name}.remedy`,
    ]),
    'activity.': [
      ...[...text.matchAll(/record(?:All)?\(\s*trx,\s*'([\w.]+)'/g)].map(([, action = '']) => action),
      ...['invite.sent', 'invite.resent', 'invite.replaced', 'client.closed', 'client.reopened'],
      ...['accepted', 'declined', 'cancelled', 'expired'].map((how) => `transfer.${how}`),
    ],
    'email.admin-changed.': ['address', 'role', 'disabled', 'enabled'],
    'email.': VIEWS.filter(({ path }) => /emails\/[^_].*html/.test(path)).map(
      ({ path }) => `${path.replace(/.*\/|\.html\.eta/g, '')}.subject`,
    ),
  }
  const made = new Set(Object.entries(composed).flatMap(([start, ends]) => ends.map((end) => start + end)))

  test('keys put together from parts are all there', () => {
    expect([...made].filter((key) => !keys.has(key))).toEqual([])
    for (const start of Object.keys(composed))
      expect(text, start).toMatch(new RegExp(`['\`]${start.replaceAll('.', '\\.')}`))
  })

  test('every sentence is said somewhere', () => {
    const used = (key: string) => made.has(key) || text.includes(`'${key}'`)
    expect([...keys].filter((key) => !used(key))).toEqual([])
  })
})
