// The figures as a picture: a bar for what Latchkey does of what its floor does, beside it the rest in words. Drawn for
// light and dark alike, and read out by its titles.

import type { Figure } from './figures.ts'

const [WIDTH, ROW, TOP, BAR_FROM, BAR_MAX] = [960, 34, 64, 400, 300]
const COLOURS = { true: '#2e7d32', false: '#c2571a', undefined: '#5b6b7d' }

const markup = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const short = (value: number) => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)

function inWords({ ratio, p99, memory }: Figure): string {
  return [
    ...(ratio === undefined ? [] : [`${short(ratio)} of the floor`]),
    ...(p99 === undefined ? [] : [`p99 ${short(p99)} ms`]),
    ...(ratio === undefined && memory !== undefined ? [`${short(memory)} MB`] : []),
  ].join(' · ')
}

function row(figure: Figure, nth: number): string {
  const y = TOP + nth * ROW
  const width = Math.max(2, Math.round(Math.min(figure.ratio ?? 0, 1) * BAR_MAX))
  const bar = `<rect x="${BAR_FROM}" y="${y}" width="${width}" height="18" rx="3" fill="${COLOURS[`${figure.isReached}`]}"/>`
  const name = markup(`${figure.name} · ${figure.on}`)
  return `<g><title>${name}: ${markup(inWords(figure))}; aim: ${markup(figure.aim || 'none')}</title>
<text x="${BAR_FROM - 12}" y="${y + 14}" text-anchor="end">${name}</text>${figure.ratio === undefined ? '' : bar}
<text x="${BAR_FROM + (figure.ratio === undefined ? 0 : width + 8)}" y="${y + 14}">${markup(inWords(figure))}</text></g>`
}

/** Green reached its aim, orange did not, grey has none. */
export function chart(title: string[], figures: Figure[]): string {
  const height = TOP + figures.length * ROW + 12
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, sans-serif" font-size="12">
<title>${markup(title[0] ?? '')}</title>
<style>text{fill:#1d2733}.back{fill:#fff}@media(prefers-color-scheme:dark){text{fill:#e6ebf1}.back{fill:#161c23}}</style>
<rect class="back" width="${WIDTH}" height="${height}"/>
${title.map((line, nth) => `<text x="12" y="${20 + nth * 16}">${markup(line)}</text>`).join('\n')}
<text x="${BAR_FROM}" y="${TOP - 8}">share of what the floor does; green: aim reached, orange: not</text>
${figures.map(row).join('\n')}
</svg>
`
}
