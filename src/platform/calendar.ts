// Days as people name them, in a time zone. A day ends with its last millisecond there, however long it was.

const DAY_MS = 24 * 60 * 60_000

/** How far the clocks of the zone are ahead of UTC at that moment. */
function aheadMs(at: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const parts = format.formatToParts(at)
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
  return wall - Math.floor(at / 1000) * 1000
}

/** The last moment of a day, 2026-11-24, as UTC; nothing for what is no day. */
export function endOfDay(day: string, zone: string): string | undefined {
  const wall = Date.parse(`${day}T23:59:59.999Z`)
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(wall)) return undefined
  if (new Date(wall).toISOString().slice(0, 10) !== day) return undefined
  // Where the clocks are put back at midnight, this moment comes twice: the day ends with the later one.
  const offsets = [aheadMs(wall - DAY_MS, zone), aheadMs(wall + DAY_MS, zone)]
  const fitting = offsets.filter((ahead) => aheadMs(wall - ahead, zone) === ahead)
  return new Date(wall - Math.min(...(fitting.length > 0 ? fitting : offsets))).toISOString()
}

/** The day that a moment belongs to there. */
export function dayOf(at: string, zone: string): string {
  const moment = Date.parse(at)
  return new Date(moment + aheadMs(moment, zone)).toISOString().slice(0, 10)
}
