/** A row of `sample` with its part of the pages around it; measured 31 at 100 Hz. */
const BYTES_PER_SAMPLE = 32
/** A row of `minute`, likewise. */
const BYTES_PER_MINUTE = 125
/** SQLite takes its WAL over into the database at 1000 pages of 4 KB. */
const WAL_BYTES = 4.2e6

/**
 * What the log takes on the disk once it holds samples of the whole retention.
 *
 * @param ratePerSecond samples a second, 0 or more
 * @returns bytes
 */
export function estimateLogBytes(ratePerSecond: number, retainMs: number): number {
  const samples = (ratePerSecond * retainMs) / 1000
  return Math.round(samples * BYTES_PER_SAMPLE + (retainMs / 60_000) * BYTES_PER_MINUTE + WAL_BYTES)
}
