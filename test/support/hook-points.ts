// Every hook point that tells what happened.

import type { HookName } from '#hooks'

export const POINTS = [
  ...['InviteSent', 'InviteResent', 'InviteAccepted', 'InviteDeclined', 'InviteCancelled', 'InviteExpired'],
  ...['UserAssociated', 'UserDisassociated', 'PermissionsChanged', 'OwnerChanged', 'UserAdd', 'UserLogin'],
  ...['UserLogout', 'UserChangePassword', 'UserEmailVerificationComplete', 'ClientAdd', 'ClientEdit'],
  ...['ClientClose', 'ContactAdd', 'ContactEdit', 'ContactDelete'],
  ...['AssociationSuspended', 'AssociationResumed', 'AssociationEnded'],
  ...['OwnershipTransferRequested', 'OwnershipTransferEnded'],
] as HookName[]
