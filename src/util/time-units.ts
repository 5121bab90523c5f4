export const US_PER_SECOND = 1_000_000
export const US_PER_MINUTE = 60_000_000
export const US_PER_HOUR = 3_600_000_000
/** Times beyond this are no longer exact, Unix µs; the year 2255. */
export const END_OF_TIME_US = Number.MAX_SAFE_INTEGER

/**
 * Begin of the newest so many seconds, Unix µs: whole ones, and the one that the end lies in. All windows
 * that end now are made of these, from memory and from the log.
 */
export function windowBeginUs(endUs: number, seconds: number): number {
  return (Math.floor(endUs / US_PER_SECOND) - seconds + 1) * US_PER_SECOND
}
