/** Name of the column made from the time stamps that a serial monitor puts in front of lines. */
export const CAPTURE_TIME = 'capture time'

const PREFIX = /^\s*\[?((?:\d{4}-\d\d-\d\d[T ])?\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?)\]?\s*->\s?/

/** A serial monitor's `20:38:05.040 -> ` before a line. @returns null without one */
export function cutCapturePrefix(line: string): { time: string; rest: string } | null {
  const match = PREFIX.exec(line)
  return match === null ? null : { time: match[1] as string, rest: line.slice(match[0].length) }
}
