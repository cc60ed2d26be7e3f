// Networks in CIDR, as an admin writes down where a program may come from: "203.0.113.0/24, 2001:db8::/32", or single
// addresses. An IPv4 address that arrives as an IPv6 one (::ffff:203.0.113.7) is the same address.

import { BlockList, isIP } from 'node:net'
import { Refusal } from './refusal.ts'

export const NETWORKS_MAX = 20

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const kind = isIP(address)
  return kind !== 0 && Number(bits ?? 0) <= (kind === 6 ? 128 : 32)
}

/** From what was typed to the column: each once, in its order; refuses what is no network, and names it. */
export function chooseNetworks(typed: string): string {
  const all = [
    ...new Set(
      typed
        .toLowerCase()
        .split(/[\s,;]+/)
        .filter(Boolean),
    ),
  ]
  const wrong = all.find((one) => !isNetwork(one))
  if (wrong !== undefined)
    throw new Refusal('networks.malformed', 'addresses', { network: wrong.slice(0, 50) })
  if (all.length > NETWORKS_MAX) throw new Refusal('networks.tooMany', 'addresses', { max: NETWORKS_MAX })
  return all.join(',')
}

/** Whether the address is in one of them; where there are none, every address is. */
export function isWithinNetworks(ip: string, networks: string): boolean {
  if (networks === '') return true
  const address = MAPPED.exec(ip)?.[1] ?? ip
  if (!isIP(address)) return false
  const list = new BlockList()
  for (const one of networks.split(',')) {
    const [net = '', bits] = one.split('/')
    if (bits === undefined) list.addAddress(net, family(net))
    else list.addSubnet(net, Number(bits), family(net))
  }
  return list.check(address, family(address))
}
