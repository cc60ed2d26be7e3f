// Addresses as people paste them: out of a mail, a sheet or a list, with commas, semicolons, spaces or line breaks
// between them, and with names: Dora Dow <dora@example.com>. Only cuts them apart; whether one can be is asked later.

const SEPARATORS = /[,;，；、\n\r\t]/
const WORDS = /\s+/

/** Cuts at separators, but for those inside of "quotes" or <brackets> that are closed again on their line. */
function chunksOf(text: string): string[] {
  const chunks: string[] = []
  const ends = { '>': nextOf(text, /[>\n\r]/g), '"': nextOf(text, /["\n\r]/g) }
  let [begun, closing] = [0, '']
  for (let at = 0; at < text.length; at++) {
    const one = text.charAt(at)
    if (closing) {
      if (one === closing) closing = ''
    } else if (one === '"' || one === '<') {
      const close = one === '<' ? '>' : one
      if (text[ends[close](at + 1)] === close) closing = close
    } else if (SEPARATORS.test(one)) {
      chunks.push(text.slice(begun, at))
      begun = at + 1
    }
  }
  return [...chunks, text.slice(begun)]
}

/** Where the next such sign stands, from ever further on: each is looked for once, however often it is asked for. */
function nextOf(text: string, signs: RegExp) {
  let found = -1
  return (from: number) => {
    signs.lastIndex = from
    if (found < from) found = signs.exec(text)?.index ?? text.length
    return found
  }
}

// A row of such signs is looked at from its first one on, not from each.
const bare = (word: string) => word.replace(/^["'(]+|(?<!["')])["')]+$/g, '')

/** What stands before <brackets> is a name, but for the words of it that are addresses. */
function besideName(before: string, address: string): string[] {
  return before
    .replace(/"[^"]*"/g, ' ')
    .split(WORDS)
    .map(bare)
    .filter((word) => word.includes('@') && word.toLowerCase() !== address.toLowerCase())
}

function addressesIn(chunk: string): string[] {
  const found: string[] = []
  let begun = 0
  for (const { 0: whole, 1: inner, index } of chunk.matchAll(/"[^"\r\n]*"|<([^<>]*)>/g)) {
    // Brackets inside of "quotes" belong to a name.
    if (inner === undefined) continue
    const address = inner.trim()
    found.push(...besideName(chunk.slice(begun, index), address), address)
    begun = index + whole.length
  }
  return [...found, ...chunk.slice(begun).split(WORDS)].filter(Boolean)
}

/** Every address in the order in which they stand, as they were typed. */
export const readAddresses = (text: string): string[] => chunksOf(text).flatMap(addressesIn)
