import { US_PER_MINUTE } from '../../util/time-units.ts'
import type { LoggedSample } from './log-query.ts'
import type { LogReader } from './log-reader.ts'

/** How far it looks back, so that it is quick at any rate. */
const LOOK_BACK_US = 10 * US_PER_MINUTE

/** The newest samples of a device, in order of time: those of its last ten minutes, if there are fewer. */
export function newestSamples(reader: LogReader, device: string, most: number): LoggedSample[] {
  const span = reader.span(device)
  if (span === null) return []
  let newest: LoggedSample[] = []
  const fromUs = Math.max(span.fromUs, span.toUs - LOOK_BACK_US)
  for (const page of reader.samples({ device, fromUs, toUs: span.toUs + 1 })) {
    newest = [...newest, ...page].slice(-most)
  }
  return newest
}
