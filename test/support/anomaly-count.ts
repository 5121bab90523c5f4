import { ELECTRIC } from '../../src/domain/channels.ts'
import { type Anomaly, AnomalyDetector } from '../../src/stats/anomaly.ts'
import type { LabelledRecording } from './labelled-recordings.ts'

/** How a detector did on a recording. */
export interface AnomalyCount {
  /** Labels that something was found in. */
  readonly hits: number
  readonly misses: number
  /** Found where there is no label. */
  readonly falseAlarms: number
}

/** Runs a recording through a detector for each channel, and compares with its labels. */
export function countAnomalies({ rows, labels }: LabelledRecording): AnomalyCount {
  const { voltage, current } = ELECTRIC
  const detectors = {
    v: new AnomalyDetector(voltage.finest),
    a: new AnomalyDetector(current.finest),
  }
  const found: { readonly channel: 'v' | 'a'; readonly anomaly: Anomaly }[] = []
  for (const channel of ['v', 'a'] as const) {
    const detector = detectors[channel]
    for (const row of rows) {
      for (const anomaly of detector.push(row.timeUs, row[channel], true))
        found.push({ channel, anomaly })
    }
    for (const anomaly of detector.end()) found.push({ channel, anomaly })
  }
  const isIn = (i: number, at: number): boolean => {
    const [label, each] = [labels[i], found[at]]
    if (label === undefined || each === undefined || label.channel !== each.channel) return false
    return each.anomaly.timeUs >= label.fromUs && each.anomaly.timeUs <= label.toUs
  }
  const hits = labels.filter((_, i) => found.some((_each, at) => isIn(i, at))).length
  const falseAlarms = found.filter((_, at) => !labels.some((_label, i) => isIn(i, at))).length
  return { hits, misses: labels.length - hits, falseAlarms }
}
