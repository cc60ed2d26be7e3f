// What somebody is called goes into mails to people who do not know them yet, so no name is a link (HARD-CASES H24).
// Companies are called "Acme.com Ltd", so a bare domain will do there; nobody's first name is one. Mail programs make
// links of bare domains by themselves; those at least show where they lead.

const SCHEME_OR_WWW = /:\/\/|(^|[^\p{L}\p{N}])www\./iu
const PATH_OR_PORT = /[\p{L}\p{N}-]\.\p{L}{2,}\.?(\/|:\d)/u
// Two signs and no more: a long word would be gone through again from each of its signs.
const DOMAIN = /[\p{L}\p{N}-]{2}\.\p{L}{2}/u

/** Full-width letters and signs count as what they look like. */
const plain = (name: string) => name.normalize('NFKC')

export const linksSomewhere = (name: string) =>
  SCHEME_OR_WWW.test(plain(name)) || PATH_OR_PORT.test(plain(name))

/** For names of people, where two words and a dot are enough: "evil.example", but neither "J.R.R." nor "St. John". */
export const isWebAddress = (name: string) => linksSomewhere(name) || DOMAIN.test(plain(name))
