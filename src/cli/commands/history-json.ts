import { ELECTRIC, QUANTITIES } from '../../domain/channels.ts'
import type { Bucket, LoggedChannel, LogRange } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { formatIso } from '../../util/time-text.ts'
import { BucketLines, hourAmount } from './export-format.ts'

/** Version of the JSON that `history` writes; goes up when a member changes its meaning or goes. */
const JSON_VERSION = 1

/** The log for programs; documented in docs/log.md. Piece by piece, so that memory stays flat. */
export function* jsonText(
  reader: LogReader,
  range: LogRange,
  everyMs: number | undefined,
): Generator<string> {
  yield `{"version":${JSON_VERSION}`
  const channels = reader.channels(range.device)
  yield* list('devices', reader.totals(range), (bucket) => total(bucket, channels))
  if (everyMs !== undefined) {
    const lines = new BucketLines('ndjson', [])
    yield* list('buckets', reader.buckets(range, everyMs * 1000), (bucket) => {
      const line = withMembers(lines.line(bucket).trimEnd(), directionMembers(bucket, hourAmount))
      return channels.length === 0
        ? line
        : withMembers(line, { channels: channelMembers(bucket, []) })
    })
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

/** @param channels of all devices; none: the log has no extra channels */
function total(bucket: Bucket, channels: readonly LoggedChannel[]): string {
  return JSON.stringify({
    device: bucket.device,
    from: formatIso(bucket.fromUs),
    to: formatIso(bucket.toUs),
    samples: bucket.samples,
    measured: bucket.measured,
    lost: bucket.lost,
    covered_s: bucket.coveredUs / 1e6,
    coverage: bucket.coverage,
    ...Object.fromEntries(QUANTITIES.map((each) => [ELECTRIC[each].column, bucket[each]])),
    charge_mah: bucket.chargeMah,
    energy_mwh: bucket.energyMwh,
    ...directionMembers(bucket),
    ...(channels.length === 0 ? {} : { channels: channelMembers(bucket, channels) }),
  })
}

/** The extra channels of a bucket by id; with their units where these are given. */
function channelMembers(
  bucket: Bucket,
  channels: readonly LoggedChannel[],
): Record<string, object> {
  const entries = [...bucket.channels].map(([id, summary]) => {
    const own = channels.find((each) => each.id === id && each.device === bucket.device)
    return [id, own === undefined ? summary : { ...summary, unit: own.unit }] as const
  })
  return Object.fromEntries(entries)
}

/** Charge and energy by direction; what flowed back is negative, so that both add up to the signed sum. */
function directionMembers(
  bucket: Bucket,
  cut: (value: number | null) => number | null = (value) => value,
): Record<string, number | null> {
  return {
    charge_forward_mah: cut(bucket.chargeForwardMah),
    charge_backward_mah: cut(bucket.chargeBackwardMah),
    energy_forward_mwh: cut(bucket.energyForwardMwh),
    energy_backward_mwh: cut(bucket.energyBackwardMwh),
  }
}

/** An object's text with more members. */
function withMembers(text: string, members: object): string {
  return `${text.slice(0, -1)},${JSON.stringify(members).slice(1)}`
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
