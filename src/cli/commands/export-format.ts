import { ELECTRIC_CHANNELS, QUANTITIES } from '../../domain/channels.ts'
import { channelColumn } from '../../domain/columns.ts'
import type { ExportFormat } from '../../export/format-names.ts'
import { averageOf, coverageOf, hourAmount } from '../../export/printed-figures.ts'
import type { StatisticName } from '../../stats/statistic-names.ts'
import { printedFigure } from '../../stats/statistics.ts'
import { extraKey } from '../../stats/statistics-feed.ts'
import type {
  Bucket,
  DetailedBucket,
  LoggedEvent,
  MinAvgMax,
} from '../../storage/read/log-query.ts'
import { csvNumber, csvText } from '../../util/csv.ts'
import { formatIso } from '../../util/time-text.ts'

/** Columns of each channel of a bucket. */
const PARTS: readonly string[] = ['_min', '_avg', '_max']
/** Contract section 1; the same names are the members of NDJSON. */
const BUCKET_COLUMNS: readonly string[] = [
  'time',
  'device',
  'samples',
  'lost',
  'coverage',
  ...ELECTRIC_CHANNELS.flatMap(({ column }) => PARTS.map((part) => column + part)),
  'charge_mah',
  'energy_mwh',
]
export const EVENT_COLUMNS: readonly string[] = ['time', 'device', 'kind', 'detail']

/** Lines of buckets. */
export class BucketLines {
  readonly #format: ExportFormat
  readonly #channels: readonly string[]
  readonly #statistics: readonly StatisticName[]
  /** Of the numbers. */
  readonly #names: readonly string[]

  /** @param channels ids of the extra channels to write @param statistics of every channel */
  constructor(
    format: ExportFormat,
    channels: readonly string[],
    statistics: readonly StatisticName[],
  ) {
    this.#format = format
    this.#channels = channels
    this.#statistics = statistics
    this.#names = bucketColumns(channels, statistics)
      .slice(2)
      .map((name) => JSON.stringify(name))
  }

  line(bucket: Bucket | DetailedBucket): string {
    const further = 'statistics' in bucket ? bucket.statistics : null
    const furtherOf = (key: string): (number | null)[] => {
      const own = further?.get(key)
      return this.#statistics.map((name) => (own === undefined ? null : printedFigure(own, name)))
    }
    const { device, samples, lost } = bucket
    const time = formatIso(bucket.fromUs)
    const numbers = [
      samples,
      lost,
      coverageOf(bucket),
      ...QUANTITIES.flatMap((quantity) => threeOf(bucket[quantity])),
      hourAmount(bucket.chargeMah),
      hourAmount(bucket.energyMwh),
      ...ELECTRIC_CHANNELS.flatMap(({ id }) => furtherOf(id)),
      ...this.#channels.flatMap((id) => [
        ...threeOf(bucket.channels.get(id) ?? null),
        ...furtherOf(extraKey(id)),
      ]),
    ]
    if (this.#format === 'csv') {
      return `${time},${csvText(device)},${numbers.map(csvNumber).join(',')}\n`
    }
    const members = numbers.map(
      (value, i) => `${this.#names[i]}:${value === null ? 'null' : value}`,
    )
    return `{"time":"${time}","device":${JSON.stringify(device)},${members.join(',')}}\n`
  }
}

/** Statistics of voltage, current and power stand behind the fixed columns, those of an extra channel behind its own. */
export function bucketColumns(
  channels: readonly string[],
  statistics: readonly StatisticName[],
): string[] {
  const further = statistics.map((name) => `_${name}`)
  const fixed = [
    ...BUCKET_COLUMNS,
    ...ELECTRIC_CHANNELS.flatMap(({ column }) => further.map((part) => column + part)),
  ]
  const parts = [...PARTS, ...further]
  const own = channels.flatMap((id) => {
    const column = channelColumn(id, fixed, parts)
    return parts.map((part) => column + part)
  })
  return [...fixed, ...own]
}

/**
 * min and max are the device's own; an average gets three digits more than most devices send.
 * The average of values beyond all measure may be none.
 */
function threeOf(of: MinAvgMax | null): (number | null)[] {
  return of === null ? [null, null, null] : [of.min, averageOf(of), of.max]
}

export function eventLine(event: LoggedEvent, format: ExportFormat): string {
  const time = formatIso(event.timeUs)
  const { device, kind, detail } = event
  if (format === 'ndjson') return `${JSON.stringify({ time, device, kind, detail })}\n`
  return `${time},${[device, kind, detail].map(csvText).join(',')}\n`
}
