// Loaded before a process of ours by --import: its clock is this many minutes off, as on a machine of its own.

const shiftMs = Number(process.env.CLOCK_SHIFT_MINUTES ?? 0) * 60_000
const RealDate = Date

class ShiftedDate extends RealDate {
  constructor(...given: [] | [number | string | Date]) {
    if (given.length === 0) super(RealDate.now() + shiftMs)
    else super(given[0])
  }
  static override now() {
    return RealDate.now() + shiftMs
  }
}

globalThis.Date = ShiftedDate as DateConstructor
