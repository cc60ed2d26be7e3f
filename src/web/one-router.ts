// Each page is a router of its own, and Express leaves one that has no answer by way of the event loop: a request would
// take forty turns of it, and each turn is shared with everybody else. So the routes of all pages stand in one, in order.

import { Router } from 'express'

type Layer = Router['stack'][number]

const isRouter = (handle: object): handle is Router => 'stack' in handle

/** Nothing of a layer but its own routes is kept: a router below a prefix would answer without it. */
const layersOf = ({ stack }: Router): Layer[] =>
  stack.flatMap((layer) => {
    if (!isRouter(layer.handle)) return [layer]
    if (!('slash' in layer && layer.slash)) throw new Error('A router of pages stands below a prefix.')
    return layersOf(layer.handle)
  })

export function oneRouter(...routers: Router[]): Router {
  const all = Router()
  all.stack.push(...routers.flatMap(layersOf))
  return all
}
