import { ELECTRIC_CHANNELS, QUANTITIES } from '../../domain/channels.ts'
import { channelColumn, SAMPLE_COLUMNS } from '../../domain/columns.ts'
import { printedFigure, type StatisticName } from '../../stats/statistics.ts'
import type {
  Bucket,
  DetailedBucket,
  LoggedEvent,
  LoggedSample,
  MinAvgMax,
} from '../../storage/read/log-query.ts'
import { csvNumber, csvText } from '../../util/csv.ts'
import { ownValue } from '../../util/records.ts'
import { formatIso } from '../../util/time-text.ts'
import { RowBytes } from './row-bytes.ts'

export const EXPORT_FORMATS = ['csv', 'ndjson'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

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

/** Bytes around the cells of a sample, in order of `SAMPLE_COLUMNS`. */
interface Frame {
  readonly before: readonly Buffer[]
  readonly end: Buffer
  /** Where there is no number. */
  readonly none: Buffer
  readonly quote: (text: string) => string
}

/** What stands before the value of an extra channel. */
interface ChannelCell {
  readonly id: string
  readonly before: Buffer
}

const CSV_FRAME: Frame = {
  before: SAMPLE_COLUMNS.map((_, i) => Buffer.from(i === 0 ? '' : ',')),
  end: Buffer.from('\n'),
  none: Buffer.alloc(0),
  quote: csvText,
}

const JSON_FRAME: Frame = {
  before: SAMPLE_COLUMNS.map((name, i) =>
    Buffer.from(i === 0 ? `{"${name}":"` : `${i === 1 ? '"' : ''},"${name}":`),
  ),
  end: Buffer.from('}\n'),
  none: Buffer.from('null'),
  quote: JSON.stringify,
}

/** Lines of raw samples. */
export class SampleLines {
  readonly #frame: Frame
  readonly #rows = new RowBytes()
  readonly #texts = new Map<string, Buffer>()
  readonly #channels: readonly ChannelCell[]

  /** @param channels ids of the extra channels to write */
  constructor(format: ExportFormat, channels: readonly string[]) {
    this.#frame = format === 'csv' ? CSV_FRAME : JSON_FRAME
    this.#channels = channels.map((id) => {
      const name = JSON.stringify(channelColumn(id, SAMPLE_COLUMNS))
      return { id, before: Buffer.from(format === 'csv' ? ',' : `,${name}:`) }
    })
  }

  /** @returns the lines of a page of samples, in pieces that may be written at once */
  *lines(samples: readonly LoggedSample[]): Generator<Buffer> {
    const rows = this.#rows
    const { before, end, none } = this.#frame
    const [first, device, voltage, current, power, seq, status] = before as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ]
    for (const sample of samples) {
      rows.bytes(first)
      rows.time(sample.timeUs)
      rows.bytes(device)
      rows.bytes(this.#text(sample.device))
      rows.bytes(voltage)
      this.#number(sample.voltage)
      rows.bytes(current)
      this.#number(sample.current)
      rows.bytes(power)
      this.#number(sample.power)
      rows.bytes(seq)
      if (sample.seq === null) rows.bytes(none)
      else rows.integer(sample.seq)
      rows.bytes(status)
      rows.bytes(this.#text(sample.status))
      for (const channel of this.#channels) {
        rows.bytes(channel.before)
        this.#number(ownValue(sample.extras, channel.id) ?? Number.NaN)
      }
      rows.bytes(end)
      if (rows.isFull) yield rows.chunk()
    }
    yield rows.chunk()
  }

  /** @param value NaN: there is none */
  #number(value: number): void {
    if (Number.isNaN(value)) this.#rows.bytes(this.#frame.none)
    else this.#rows.decimal(value)
  }

  /** Devices and states are few; a flood of different ones must not fill the memory. */
  #text(text: string): Buffer {
    let bytes = this.#texts.get(text)
    if (bytes === undefined) {
      if (this.#texts.size >= 1000) this.#texts.clear()
      bytes = Buffer.from(this.#frame.quote(text))
      this.#texts.set(text, bytes)
    }
    return bytes
  }
}

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
    const furtherOf = (id: string): (number | null)[] => {
      const own = further?.get(id)
      return this.#statistics.map((name) => (own === undefined ? null : printedFigure(own, name)))
    }
    const { device, samples, lost } = bucket
    const time = formatIso(bucket.fromUs)
    const numbers = [
      samples,
      lost,
      round(bucket.coverage, 6),
      ...QUANTITIES.flatMap((quantity) => threeOf(bucket[quantity])),
      hourAmount(bucket.chargeMah),
      hourAmount(bucket.energyMwh),
      ...ELECTRIC_CHANNELS.flatMap(({ id }) => furtherOf(id)),
      ...this.#channels.flatMap((id) => [
        ...threeOf(bucket.channels.get(id) ?? null),
        ...furtherOf(id),
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

/** Names of the columns, those of extra channels last. */
export function sampleColumns(channels: readonly string[]): string[] {
  return [...SAMPLE_COLUMNS, ...channels.map((id) => channelColumn(id, SAMPLE_COLUMNS))]
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

/** The first line of a CSV file. */
export function csvHeader(columns: readonly string[]): string {
  return `${columns.map(csvText).join(',')}\n`
}

/**
 * min and max are the device's own; an average gets three digits more than most devices send.
 * The average of values beyond all measure may be none.
 */
function threeOf(of: MinAvgMax | null): (number | null)[] {
  if (of === null) return [null, null, null]
  return [of.min, Number.isFinite(of.avg) ? round(of.avg, 9) : null, of.max]
}

export function eventLine(event: LoggedEvent, format: ExportFormat): string {
  const time = formatIso(event.timeUs)
  const { device, kind, detail } = event
  if (format === 'ndjson') return `${JSON.stringify({ time, device, kind, detail })}\n`
  return `${time},${[device, kind, detail].map(csvText).join(',')}\n`
}

/** A charge in mAh, an energy in mWh. */
export function hourAmount(value: number | null): number | null {
  return value === null ? null : round(value, 9)
}

/** Cuts float noise off. */
function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}
