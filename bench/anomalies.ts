/**
 * Anomalies: hits and false alarms on labelled recordings. Regular loads of the mock,
 * half an hour at 1, 10 and 100 Hz each; the same with six short disturbances at known
 * places; a real recording where the shared ones are at hand.
 *
 * node bench/run.mjs anomalies [seed]
 */
import { countAnomalies } from '../test/support/anomaly-count.ts'
import {
  disturbedRecordings,
  type LabelledRecording,
  plainRecordings,
  realRecordings,
} from '../test/support/labelled-recordings.ts'

const seed = Number(process.argv[2] ?? 7)
const kinds: readonly (readonly [string, Iterable<LabelledRecording>])[] = [
  ['regular loads', plainRecordings(seed)],
  ['disturbed loads', disturbedRecordings(seed)],
  ['real recordings', realRecordings()],
]
for (const [kind, recordings] of kinds) {
  let [count, values, labels, hits, falseAlarms] = [0, 0, 0, 0, 0]
  for (const recording of recordings) {
    const found = countAnomalies(recording)
    count++
    values += 2 * recording.rows.length
    labels += recording.labels.length
    hits += found.hits
    falseAlarms += found.falseAlarms
    if (found.misses + found.falseAlarms > 0) {
      console.log(`  ${recording.name}: ${found.misses} missed, ${found.falseAlarms} false alarms`)
    }
  }
  console.log(
    `${kind}: ${count} recordings, ${values} values; ${hits} of ${labels} anomalies found, ${falseAlarms} false alarms`,
  )
}
