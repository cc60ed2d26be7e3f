// How the figures are told: as text, as Markdown.

import { CALM_PER_SECOND, type Figure } from './figures.ts'

const HEAD = [
  'operation',
  'database',
  'Latchkey',
  'floor',
  'ratio',
  'by processor',
  'p50',
  'p99',
  `p99 at ${CALM_PER_SECOND}/s`,
  'memory',
  'aim',
  'reached',
]

const number = (value: number | undefined, unit = '') => {
  if (value === undefined) return ''
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${value.toFixed(digits)}${unit}`
}

const reached = { true: 'reached', false: 'not reached', undefined: '' }

const cells = (figure: Figure) => [
  figure.name,
  figure.on,
  number(figure.latchkey, ' /s'),
  number(figure.floor, ' /s'),
  number(figure.ratio),
  number(figure.processorRatio),
  number(figure.p50, ' ms'),
  number(figure.p99, ' ms'),
  number(figure.calm, ' ms'),
  number(figure.memory, ' MB'),
  figure.aim,
  reached[`${figure.isReached}`],
]

/** One figure, as soon as it was taken. */
export function inALine(figure: Figure): string {
  const said = cells(figure).map((cell, nth) => (nth > 1 && cell ? `${HEAD[nth]} ${cell}` : cell))
  return `${said.filter(Boolean).join(', ')}: ${figure.note}`
}

export function plain(title: string[], figures: Figure[]): string {
  const rows = [HEAD, ...figures.map(cells)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const notes = figures.map(({ name, on, note }) => `${name} (${on}): ${note}`)
  return [...title, '', ...lines, '', 'What each took:', ...notes].join('\n')
}

export function markdown(title: string[], figures: Figure[]): string {
  const line = (row: string[]) => `| ${row.join(' | ')} |`
  const notes = figures.map(({ name, on, note }) => `- ${name} (${on}): ${note}`)
  const table = [line(HEAD), line(HEAD.map(() => '---')), ...figures.map((figure) => line(cells(figure)))]
  return [title.join(' '), '', ...table, '', 'What each took:', '', ...notes].join('\n')
}
