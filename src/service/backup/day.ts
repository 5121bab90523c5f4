/** Days and the names of their files. A day is one of UTC, as the times in the files are. */

export const DAY_US = 86_400_000_000

/** Of a day: its samples as `export` writes them, those with extra channels, each with a checksum. */
const NAME = /^ina219-(\d{4}-\d{2}-\d{2})(\.channels)?\.csv(\.sha256)?$/

/** Begin of the day that a moment lies in, Unix µs. */
export function dayOf(us: number): number {
  return Math.floor(us / DAY_US) * DAY_US
}

/** `2026-11-20`. @param dayUs its begin, Unix µs */
export function dayName(dayUs: number): string {
  return new Date(dayUs / 1000).toISOString().slice(0, 10)
}

/** @param hasChannels false: voltage, current and power alone */
export function fileName(dayUs: number, hasChannels: boolean): string {
  return `ina219-${dayName(dayUs)}${hasChannels ? '.channels' : ''}.csv`
}

/** The day whose file has this name, as `dayName` says it; null: the name is none of ours. */
export function dayOfFile(name: string): string | null {
  const day = NAME.exec(name)?.[1]
  if (day === undefined) return null
  const ms = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(ms) && dayName(ms * 1000) === day ? day : null
}
