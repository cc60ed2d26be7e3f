// What a browser answers for a passkey comes in a field of a form, as JSON that public/passkeys.js has put there.

import { z } from 'zod'

const LONGEST = 20_000

export const passkeyField = () => z.string().max(LONGEST, 'passkey.wrong').default('')
