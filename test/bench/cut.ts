// The floor shows the same bytes of HTML as Latchkey: its template is a page of Latchkey itself, cut into what stays, and
// one row of each list, in which the values are put in again.

export interface List {
  name: string
  /** Each row begins with this. */
  marker: string
  /** What stands in the row that is cut out, and the column it is. */
  values: [string, string][]
}

/** A row is the middle one of its list; what it shows, `values` tells, the longest first. */
export function cut(html: string, lists: List[], same: [string, string][]): string {
  let page = html
  for (const { name, marker, values } of lists) {
    const parts = page.split(marker)
    const [before = '', ...rows] = parts
    const last = rows.at(-1) ?? ''
    const end = last.indexOf('</ul>')
    const row = put(marker + rows[Math.floor(rows.length / 2)], values)
    page = `${before}<% for (const r of it.${name}) { %>${row}<% } %>${last.slice(end)}`
  }
  return same.reduce((text, [value, column]) => text.replaceAll(value, `<%= it.${column} %>`), page)
}

/** A number only where it stands alone. */
function put(row: string, values: [string, string][]): string {
  return values.reduce((text, [value, column]) => {
    const tag = `<%= r.${column} %>`
    if (!/^\d+$/.test(value)) return text.replaceAll(value, tag)
    return text.replace(new RegExp(`(?<![\\w.])${value}(?!\\w)`, 'g'), tag)
  }, row)
}
