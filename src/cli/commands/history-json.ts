import type { Bucket, LogRange } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { formatIso } from '../../util/time-text.ts'
import { bucketLine } from './export-format.ts'

/** Version of the JSON that `history` writes; goes up when a member changes its meaning or goes. */
const JSON_VERSION = 1

/** The log for programs; documented in docs/log.md. Piece by piece, so that memory stays flat. */
export function* jsonText(
  reader: LogReader,
  range: LogRange,
  everyMs: number | undefined,
): Generator<string> {
  yield `{"version":${JSON_VERSION}`
  yield* list('devices', reader.totals(range), total)
  if (everyMs !== undefined) {
    yield* list('buckets', reader.buckets(range, everyMs * 1000), (bucket) =>
      bucketLine(bucket, 'ndjson').trimEnd(),
    )
  }
  yield* list('lost', reader.losses(range), (loss) =>
    JSON.stringify({
      device: loss.device,
      from: formatIso(loss.fromUs),
      to: formatIso(loss.toUs),
      first_seq: loss.firstSeq,
      count: loss.count,
      reason: loss.reason,
    }),
  )
  yield* list('events', reader.events(range), ({ timeUs, device, kind, detail }) =>
    JSON.stringify({ time: formatIso(timeUs), device, kind, detail }),
  )
  yield '}\n'
}

function total(bucket: Bucket): string {
  return JSON.stringify({
    device: bucket.device,
    from: formatIso(bucket.fromUs),
    to: formatIso(bucket.toUs),
    samples: bucket.samples,
    measured: bucket.measured,
    lost: bucket.lost,
    covered_s: bucket.coveredUs / 1e6,
    coverage: bucket.coverage,
    voltage_v: bucket.voltage,
    current_a: bucket.current,
    power_w: bucket.power,
    charge_mah: bucket.chargeMah,
    energy_mwh: bucket.energyMwh,
  })
}

function* list<T>(name: string, items: Iterable<T>, text: (item: T) => string): Generator<string> {
  yield `,"${name}":[`
  let isFirst = true
  for (const item of items) {
    yield `${isFirst ? '' : ','}\n${text(item)}`
    isFirst = false
  }
  yield ']'
}
