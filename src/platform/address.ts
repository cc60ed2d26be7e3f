// What DATABASE_URL says. A cluster is written as several hosts, which is no URL to a parser, so it is taken
// apart here before one sees it: mysql://user:password@h1:3306,h2:3306,[::1]:3306/database?option=value.

export interface Address {
  /** As it was written, for logs and pages: without user and password. */
  name: string
  /** For this host alone, as the driver takes it. */
  uri: string
  /** The same without naming the database. */
  server: string
  host: string
  port: number
}

const SHAPE = 'sqlite:PATH or mysql://user:password@host:3306/database'
const PORT_MAX = 65_535
const PORT = 3306
const SEVERAL = /^mysql:\/\/(?:([^/?#]*)@)?([^/?#@]*)([/?#].*)?$/s
const ONE = /^(?:\[([\da-f:.]+)\]|([^\s:[\]@%,]+))(?::(\d{1,5}))?$/i

/** The hosts in their order. Throws an Error whose message goes on after "DATABASE_URL must …". */
export function parseAddresses(url: string): Address[] {
  const [, login = '', hosts = '', rest = '/'] = SEVERAL.exec(url) ?? []
  if (!hosts) throw new Error(`be ${SHAPE}`)
  if (!isDecodable(login) || !isDecodable(rest)) throw new Error('write a % of the password as %25')
  if (/@.*,|,.*@/.test(login))
    throw new Error('name the login once, before all hosts, with @ and , as %40 and %2C')
  const all = hosts.split(',')
  const addresses = all.map((one, nth) => {
    const [, six, name = '', digits] = ONE.exec(one.trim()) ?? []
    const [host, port] = [six ?? name, Number(digits ?? PORT)]
    const server = `mysql://${login && `${login}@`}${six ? `[${six}]` : name}:${port}`
    const uri = server + rest
    if (!host || port < 1 || port > PORT_MAX || !URL.canParse(uri)) throw new Error(badHost(nth, all.length))
    return {
      name: `${six ? `[${six}]` : name}:${port}`,
      uri,
      server: server + rest.replace(/^\/[^?#]*/, '/'),
      host,
      port,
    }
  })
  if (new Set(addresses.map(({ name }) => name)).size < all.length)
    throw new Error('name each host once, separated by commas')
  return addresses
}

// Not repeated in the sentence: what looks like a host may be the half of a password.
const badHost = (nth: number, of: number) =>
  of === 1
    ? `be ${SHAPE}`
    : `be mysql://user:password@host:3306,host:3306/database, and host ${nth + 1} of ${of} is not one`

function isDecodable(text: string) {
  try {
    return decodeURIComponent(text) !== undefined
  } catch {
    return false
  }
}
