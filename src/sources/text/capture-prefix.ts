import { OFFSET } from './written-dates.ts'

/** Name of the column made from the time stamps that stand in front of lines. */
export const CAPTURE_TIME = 'capture time'

const DATE = String.raw`(?:\d{4}([-/.])\d{1,2}\2\d{1,2}|\d{1,2}([-/.])\d{1,2}\3\d{4})`
const CLOCK = String.raw`\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?(?:\s*[ap]m\b)?`
const TIME = String.raw`^\s*\[?((?:${DATE}(?:T|,?\s+))?${CLOCK}(?:\s*(?:Z\b|UTC\b|GMT\b|${OFFSET}))?)\]?\s*`
const PREFIX = new RegExp(String.raw`${TIME}->\s?`, 'i')
const LEADING = new RegExp(String.raw`${TIME}(?:->|[,;|-])?\s*`, 'i')

export interface TimedLine {
  readonly time: string
  readonly rest: string
}

/** A serial monitor's `20:38:05.040 -> ` before a line. @returns null without one */
export function cutCapturePrefix(line: string): TimedLine | null {
  return cut(line, PREFIX)
}

/** A time before labelled values, whatever stands between. @returns null without one */
export function cutLeadingTime(line: string): TimedLine | null {
  return cut(line, LEADING)
}

function cut(line: string, pattern: RegExp): TimedLine | null {
  const match = pattern.exec(line)
  return match === null ? null : { time: match[1] as string, rest: line.slice(match[0].length) }
}
