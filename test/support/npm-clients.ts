// Clients of WHMCS's API that nobody here wrote, as npm has them: `whmcs` calls back, `whmcs-js` promises.

import { createRequire } from 'node:module'
import type { TestHouse } from './house.ts'
import { type Fields, partsOf } from './whmcs.ts'

const require = createRequire(import.meta.url)

/** Whatever an answer holds: a test knows what it called. */
export type Said = ReturnType<typeof JSON.parse>

type Method = (...args: unknown[]) => unknown
type Modules = Record<string, Record<string, Method>>

/** The methods of an object of theirs. */
export const methodsOf = (object: object): string[] =>
  Object.getOwnPropertyNames(Object.getPrototypeOf(object)).filter((name) => name !== 'constructor')

/** Every module of whmcs-js, by its name. */
export function whmcsJs({ appUrl }: TestHouse, credentials: Record<string, string>): Modules {
  const classes: Record<string, new (config: object) => Record<string, Method>> = require('whmcs-js')
  const config = { serverUrl: `${appUrl}/includes/api.php`, ...credentials }
  return Object.fromEntries(Object.entries(classes).map(([name, Class]) => [name, new Class(config)]))
}

export const callJs = (
  modules: Modules,
  module: string,
  method: string,
  fields: Fields = {},
): Promise<Said> => modules[module]?.[method]?.(fields) as Promise<Said>

/** Every module of whmcs; its key goes where WHMCS's older clients have an admin's name and password. */
export function whmcs({ appUrl }: TestHouse, key: string): Modules {
  const Whmcs: new (config: object) => Modules = require('whmcs')
  const { identifier: username, secret: password } = partsOf(key)
  return new Whmcs({ username, password, serverUrl: `${appUrl}/includes/api.php` })
}

/** What it calls back with; an error becomes its message. */
export const callBack = (
  modules: Modules,
  module: string,
  method: string,
  ...args: unknown[]
): Promise<Said> =>
  new Promise((resolve) => {
    modules[module]?.[method]?.(...args, (error: Error | null, answer: Said) =>
      resolve(error ? error.message : answer),
    )
  })

export const versionOf = (name: string): string => require(`${name}/package.json`).version
