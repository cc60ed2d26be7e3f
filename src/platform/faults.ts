// What an error of the database means. Found by trying, with mysql2 3.24 on MariaDB 10.11: a killed, reset or
// closed connection says EPIPE, ECONNRESET, PROTOCOL_CONNECTION_LOST or "closed state", always with fatal: true
// and no errno of the server; a statement over its limit PROTOCOL_SEQUENCE_TIMEOUT. docs/reliability.md has the table.

interface DriverError {
  errno?: number
  code?: string
  message?: string
  fatal?: boolean
}

const read = (error: unknown) => (error ?? {}) as DriverError

/** No connection could be had: nothing was done. */
export class NoConnection extends Error {
  readonly code: string | undefined

  constructor(cause: unknown) {
    super(read(cause).message ?? 'no connection', { cause })
    this.name = 'NoConnection'
    this.code = read(cause).code
  }
}

// Deadlock or failed certification; lock time-out; a node that is not ready; changed since read; error during COMMIT.
const CONFLICTS = new Set([1213, 1205, 1047, 1020, 1180])

/** The server undid it because of others: the whole may be run again. */
export const isConflict = (error: unknown) => {
  const { errno, code } = read(error)
  return CONFLICTS.has(errno ?? 0) || String(code).startsWith('SQLITE_BUSY')
}

/** The server does not take statements, and says so: the node is not part of its cluster. */
export const isNotReady = (error: unknown) => read(error).errno === 1047

// Said by a server that ends the connection: shutdown, killed, too many, idle for too long, network.
const ENDINGS = new Set([1040, 1053, 1152, 1158, 1159, 1160, 1161, 1203, 1927, 2006, 2013, 3169, 4031])

export const isOverLimit = (error: unknown) => read(error).code === 'PROTOCOL_SEQUENCE_TIMEOUT'

/** The connection is gone: whether its last statement was done is not known. */
export const isLost = (error: unknown) => {
  const { errno, fatal } = read(error)
  return fatal === true || ENDINGS.has(errno ?? 0) || isOverLimit(error)
}

/** The database cannot do this now, and nobody here is to blame: try again in a moment. */
export const isAway = (error: unknown) => error instanceof NoConnection || isConflict(error) || isLost(error)

/** Whether a unique key or primary key refused a row. */
export const isDuplicate = (error: unknown) => {
  const { errno, code, message } = read(error)
  return errno === 1062 || (String(code).startsWith('SQLITE_CONSTRAINT') && /UNIQUE/.test(message ?? ''))
}
