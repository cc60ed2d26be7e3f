// The page of what was just made to call the API by: its secret is shown here, once.

import type { Request, Response } from 'express'
import { flash } from './flash.ts'
import { show } from './views.ts'

/** `url`: the list that it stands in; its name is the one that was typed. */
export function showSecret(
  req: Request,
  res: Response,
  shown: { secret: string; url: string; layout: string },
) {
  const name = String(req.body.name).trim()
  // For whoever loads the address of this page again, or goes on.
  flash(res, 'success', 'credentials.shownOnce', { name })
  show(req, res.set('Cache-Control', 'no-store'), 'includes/api-secret', { name, ...shown })
}
