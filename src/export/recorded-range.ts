import type { LogRange } from '../storage/read/log-query.ts'
import type { LogReader } from '../storage/read/log-reader.ts'

/**
 * What was asked for, cut to what the log has now: what is recorded meanwhile is left out, or
 * the end would run ahead. null: nothing lies in it.
 */
export function recordedIn(requested: LogRange, reader: LogReader): LogRange | null {
  const span = reader.span(requested.device)
  if (span === null || requested.fromUs > span.toUs || requested.toUs <= span.fromUs) return null
  return {
    ...requested,
    fromUs: Math.max(requested.fromUs, span.fromUs),
    toUs: Math.min(requested.toUs, span.toUs + 1),
  }
}
