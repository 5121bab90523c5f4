import { SIGN, type Sign, type Trace } from '../../../chart/trace.ts'
import type { EventSubject } from '../../../domain/events.ts'
import type { EventView } from '../../../monitor/view.ts'
import type { Style } from '../../../theme/themes.ts'

/** A place on the time axis at which there is something to say. */
export interface Flag {
  /** Where it begins, Unix µs. */
  readonly fromUs: number
  /** Exclusive. */
  readonly toUs: number
  readonly kind: Sign | 'alarm'
  /** What is known of it without asking. */
  readonly text: string | null
}

interface Look {
  readonly glyph: string
  readonly name: string
  readonly style: Style
  /** What to ask the log for, to know more. */
  readonly subject: EventSubject
}

/** As below the chart of the terminal; of several in one place the first is shown. */
export const FLAGS: Readonly<Record<Flag['kind'], Look>> = {
  alarm: { glyph: '!', name: 'alarm', style: 'bad', subject: 'alarm' },
  marker: { glyph: '◆', name: 'mark', style: 'remark', subject: 'marker' },
  restart: { glyph: '↻', name: 'the device restarted', style: 'remark', subject: 'restart' },
  unmeasured: { glyph: '?', name: 'not measured, or out of range', style: 'warn', subject: 'any' },
  lost: { glyph: '×', name: 'samples are missing', style: 'bad', subject: 'gap' },
  absent: { glyph: '·', name: 'nothing was recorded', style: 'plain', subject: 'gap' },
  outlier: { glyph: '▲', name: 'a value stood out', style: 'warn', subject: 'anomaly' },
}
const ORDER = Object.keys(FLAGS) as Flag['kind'][]
const SIGNS = Object.entries(SIGN) as [Sign, number][]

/**
 * What is to be said of the span: signs of the trace, those of one kind that follow each other as one, and
 * alarms as far as their events are known.
 *
 * @param closestUs two flags are no nearer to each other than that: the more important one stays
 */
export function flagsOf(trace: Trace, events: readonly EventView[], closestUs: number): Flag[] {
  const flags: Flag[] = []
  const open = new Map<Sign, { fromUs: number; toUs: number }>()
  const close = (kind: Sign): void => {
    const run = open.get(kind)
    if (run === undefined) return
    open.delete(kind)
    flags.push({ ...run, kind, text: null })
  }
  for (let i = 0; i < trace.length; i++) {
    const fromUs = trace.startUs + i * trace.slotUs
    for (const [kind, bit] of SIGNS) {
      if (((trace.signs[i] ?? 0) & bit) === 0) close(kind)
      else {
        const run = open.get(kind) ?? { fromUs, toUs: fromUs }
        run.toUs = fromUs + trace.slotUs
        open.set(kind, run)
      }
    }
  }
  for (const [kind] of SIGNS) close(kind)
  const [beginUs, endUs] = [trace.startUs, trace.startUs + trace.length * trace.slotUs]
  for (const { kind, timeUs, text } of events) {
    if (kind !== 'alarm_on' || timeUs < beginUs || timeUs > endUs) continue
    flags.push({ fromUs: timeUs, toUs: timeUs, kind: 'alarm', text })
  }
  return spaced(flags, closestUs)
}

function spaced(flags: readonly Flag[], closestUs: number): Flag[] {
  const kept: Flag[] = []
  const sorted = flags.toSorted((one, other) => one.fromUs - other.fromUs)
  for (const flag of sorted) {
    const before = kept.at(-1)
    if (before === undefined || flag.fromUs - before.fromUs >= closestUs) kept.push(flag)
    else if (ORDER.indexOf(flag.kind) < ORDER.indexOf(before.kind)) kept[kept.length - 1] = flag
  }
  return kept
}
