import { isServed, readReport } from '../sinks/sink-report.ts'
import { type ReaderInfo, ReaderRegistry } from '../storage/client/reader-registry.ts'
import { CommitReader } from '../storage/read/commit-reader.ts'
import { formatClockDuration } from '../util/duration.ts'
import { countText } from '../util/number-text.ts'
import type { Findings } from './finding.ts'

/** Less than this lies between a sample and its being sent where all is well, samples. */
const USUAL_QUEUE = 1000

/** The layout from which on a log knows what its readers say of themselves. */
const FIRST_LAYOUT = 5

/** A sink as the log knows it. */
export interface KnownSink extends ReaderInfo {
  /** Samples that it has not taken; an estimate unless `isExact`. */
  readonly queued: number
  readonly isExact: boolean
  /** Times of the oldest and the newest of them, Unix µs; null: there is none. */
  readonly unsentUs: readonly [fromUs: number, toUs: number] | null
}

/** By reading alone. @throws InaError log_* */
export function sinksOf(file: string, layout: number): KnownSink[] {
  if (layout < FIRST_LAYOUT) return []
  const registry = ReaderRegistry.openToList(file)
  try {
    const known = registry.list()
    if (known.length === 0) return []
    const reader = CommitReader.open(file)
    try {
      return known.map((each) => {
        const { samples: queued, isExact } = reader.backlog(each.cursor)
        return { ...each, queued, isExact, unsentUs: reader.unreadSpan(each.cursor) }
      })
    } finally {
      reader.close()
    }
  } finally {
    registry.close()
  }
}

/** How far each sink of a log has got, as the log knows it. */
export function checkSinks(found: Findings, sinks: readonly KnownSink[], nowMs: number): void {
  for (const each of sinks) checkSink(found, each, nowMs)
}

function checkSink(found: Findings, sink: KnownSink, nowMs: number): void {
  const { name, queued, isExact, unsentUs, missed, missedEvents } = sink
  const report = readReport(sink.report)
  const isRunning = report !== null && isServed(report, nowMs)
  const lag = unsentUs === null ? '' : `, ${lagText(unsentUs)} of them`
  const left = `${isExact ? '' : 'about '}${countText(queued)} samples to send${lag}`
  if (isRunning && report.status.state === 'waiting') {
    const trouble = report.status.lastError?.text ?? 'it failed'
    found.add('warning', `sink ${name}: ${trouble}; ${left}`, 'see: ina219 sinks')
  } else if (queued === 0) found.add('ok', `sink ${name}: all is sent`)
  else if (isRunning) found.add(queued < USUAL_QUEUE ? 'ok' : 'note', `sink ${name}: ${left}`)
  else {
    found.add(
      'warning',
      `sink ${name}: ${left}, and nobody sends them at present`,
      `send them with ina219 forward, or forget it: ina219 sinks --remove ${name}`,
    )
  }
  if (missed + missedEvents === 0) return
  const what = [
    ...(missed > 0 ? [`${countText(missed)} samples`] : []),
    ...(missedEvents > 0 ? [`${countText(missedEvents)} events`] : []),
  ].join(' and ')
  found.add(
    'warning',
    `sink ${name}: ${what} were deleted before they were sent`,
    'keep more for it with --sink-keep',
  )
}

function lagText([fromUs, toUs]: readonly [number, number]): string {
  return formatClockDuration((toUs - fromUs) / 1000)
}
