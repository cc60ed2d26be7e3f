// Lists with everything that they can be asked, for tests of how a database finds it; ID is a client's.

/** With everything that a list can be asked. */
export const SEARCHES = [
  ...['/admin/users/2?before=1', '/admin/users/2?q=a'],
  ...['/admin/users?search=al', '/admin/users?search=al+am&filter=disabled', '/admin/users?before=90000'],
  ...['two-factor', 'not-verified', 'never-logged-in', 'without-client', 'disabled', 'merged', 'deleted'].map(
    (filter) => `/admin/users?filter=${filter}`,
  ),
  ...[
    '/admin/clients?search=ac',
    '/admin/clients?status=closed',
    '/admin/clients?before=90000&status=active',
  ],
  ...['pending', 'expired', 'accepted'].map((state) => `/admin/invitations?state=${state}`),
  ...['/admin/invitations?inviter=al', '/admin/invitations?client=acme', '/admin/invitations?age=over-30'],
  ...[
    '/admin/invitations?email=i',
    '/admin/invitations?email=DORA@example.com&state=pending&client=acme&inviter=al&age=within-7',
  ],
  '/admin/invitations?email=dora@example.com&state=expired&before=90000_2099-02-01T00:00:00.000Z',
  '/admin/invitations?email=do&state=pending&client=acme&inviter=al&before=90000_2099-02-01T00:00:00.000Z',
  ...['/admin/emails?status=failed', '/admin/emails?search=alice@', '/admin/emails?search=%231'],
  ...['/admin/activity?action=user.added', '/admin/activity?user=1', '/admin/activity?client=1'],
  ...[
    '/admin/activity?admin=1',
    '/admin/activity?from=2026-01-01&to=2026-01-02',
    '/admin/hooks/deliveries?status=failed',
  ],
  // Pages behind the first, where rows are counted too; and what is looked for a page's worth at a time.
  ...['/admin/users?search=an+sm&before=5_anna', '/admin/clients?search=ac+ho&before=5_acme'],
  ...['invitations', 'invitations?state=expired', 'invitations?client=acme&inviter=al'].map(
    (list) => `/admin/${list}${list.includes('?') ? '&' : '?'}before=90000_2026-02-01T00:00:00.000Z`,
  ),
  ...['/admin/emails?before=90000', '/admin/emails?before=90000&status=sent', '/admin/emails?search=hello'],
  ...['/admin/activity?before=90000', '/admin/activity?user=1&before=90000', '/admin/activity?text=needle'],
  ...[
    '/admin/activity?credential=1',
    '/admin/activity?credential=1&before=90000&user=1',
    '/admin/activity?admin=1&before=90000',
    '/admin/activity?ip=192.0.2.1',
    '/admin/activity?user=1&admin=1',
  ],
  '/admin/hooks/deliveries?before=90000',
  ...['pending', 'earlier'].map((list) => `/admin/clients/ID/users?${list}=90000_2026-02-01T00:00:00.000Z`),
  ...['/admin/clients/ID/users?invited=guest', '/admin/clients/ID/emails?before=90000'],
  '/admin/clients/ID/users?invited=guest&pending=1_2020-01-01T00:00:00.000Z',
  ...['/admin/clients/ID/activity?before=90000', '/admin/clients/new?search=an+sm'],
  '/admin/users?filter=without-client&before=90000',
]

/** The same in the Client Area. */
export const OWN_SEARCHES = [
  ...['pending', 'earlier'].map((list) => `/account/users?${list}=90000_2026-02-01T00:00:00.000Z`),
  ...['/account/users?invited=guest', '/account/emails?before=90000', '/account/activity?before=90000'],
  ...['/user/activity?before=90000', '/user/accounts?before=1', '/user/accounts?q=a'],
  ...['/user/accounts?before=1_2026-02-01T00:00:00.000Z', '/user/access-review?before=1-2'],
  ...['/user/notifications?before=1', '/account/ownership?before=2', '/account/ownership?search=al'],
  '/account/users?requests=9',
]
