// A table as CSV (RFC 4180): every cell quoted, lines end with CRLF. A cell that a spreadsheet would take for a formula
// begins with an apostrophe instead (HARD-CASES H30); what cannot be seen in front of it makes it no less one.

const INVISIBLE = String.raw`[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]*`
const BREAK = String.raw`[\t\n\v\f\r\u0085\u2028\u2029]`
const FORMULA = new RegExp(
  `^${INVISIBLE}(?:[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]|${BREAK})`,
  'u',
)

const cell = (value: string) => `"${(FORMULA.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`

export const csvLine = (cells: readonly (string | number | null)[]) =>
  `${cells.map((value) => cell(String(value ?? ''))).join(',')}\r\n`

/** Without it Excel reads UTF-8 as something else. */
export const BYTE_ORDER_MARK = '\ufeff'
