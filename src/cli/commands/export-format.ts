import type { Bucket, LoggedEvent, LoggedSample, MinAvgMax } from '../../storage/read/log-query.ts'
import { csvNumber, csvText } from '../../util/csv.ts'
import { formatIso } from '../../util/time-text.ts'
import { RowBytes } from './row-bytes.ts'

export type ExportFormat = 'csv' | 'ndjson'

/** Contract section 1; the same names are the members of NDJSON. */
export const SAMPLE_COLUMNS = 'time,device,voltage_v,current_a,power_w,seq,status'
export const BUCKET_COLUMNS =
  'time,device,samples,lost,coverage,' +
  'voltage_v_min,voltage_v_avg,voltage_v_max,current_a_min,current_a_avg,current_a_max,' +
  'power_w_min,power_w_avg,power_w_max,charge_mah,energy_mwh'
export const EVENT_COLUMNS = 'time,device,kind,detail'

/** Bytes around the cells of a sample, in order of `SAMPLE_COLUMNS`. */
interface Frame {
  readonly before: readonly Buffer[]
  readonly end: Buffer
  readonly noSeq: Buffer
  readonly quote: (text: string) => string
}

const CSV_FRAME: Frame = {
  before: ['', ',', ',', ',', ',', ',', ','].map((text) => Buffer.from(text)),
  end: Buffer.from('\n'),
  noSeq: Buffer.alloc(0),
  quote: csvText,
}

const JSON_FRAME: Frame = {
  before: SAMPLE_COLUMNS.split(',').map((name, i) =>
    Buffer.from(i === 0 ? `{"${name}":"` : `${i === 1 ? '"' : ''},"${name}":`),
  ),
  end: Buffer.from('}\n'),
  noSeq: Buffer.from('null'),
  quote: JSON.stringify,
}

/** Lines of raw samples. */
export class SampleLines {
  readonly #frame: Frame
  readonly #rows = new RowBytes()
  readonly #texts = new Map<string, Buffer>()

  constructor(format: ExportFormat) {
    this.#frame = format === 'csv' ? CSV_FRAME : JSON_FRAME
  }

  /** @returns the lines of a page of samples, in pieces that may be written at once */
  *lines(samples: readonly LoggedSample[]): Generator<Buffer> {
    const rows = this.#rows
    const { before, end, noSeq } = this.#frame
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
      rows.decimal(sample.voltage)
      rows.bytes(current)
      rows.decimal(sample.current)
      rows.bytes(power)
      rows.decimal(sample.power)
      rows.bytes(seq)
      if (sample.seq === null) rows.bytes(noSeq)
      else rows.integer(sample.seq)
      rows.bytes(status)
      rows.bytes(this.#text(sample.status))
      rows.bytes(end)
      if (rows.isFull) yield rows.chunk()
    }
    yield rows.chunk()
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

export function bucketLine(bucket: Bucket, format: ExportFormat): string {
  const { device, samples, lost } = bucket
  const time = formatIso(bucket.fromUs)
  const numbers = [
    samples,
    lost,
    round(bucket.coverage, 6),
    ...spread(bucket.voltage),
    ...spread(bucket.current),
    ...spread(bucket.power),
    bucket.chargeMah === null ? null : round(bucket.chargeMah, 9),
    bucket.energyMwh === null ? null : round(bucket.energyMwh, 9),
  ]
  if (format === 'csv') return `${time},${csvText(device)},${numbers.map(csvNumber).join(',')}\n`
  const names = BUCKET_COLUMNS.split(',').slice(2)
  const members = numbers.map((value, i) => `"${names[i]}":${value === null ? 'null' : value}`)
  return `{"time":"${time}","device":${JSON.stringify(device)},${members.join(',')}}\n`
}

/** min and max are the device's own; an average gets three digits more than most devices send. */
function spread(of: MinAvgMax | null): (number | null)[] {
  return of === null ? [null, null, null] : [of.min, round(of.avg, 9), of.max]
}

export function eventLine(event: LoggedEvent, format: ExportFormat): string {
  const time = formatIso(event.timeUs)
  const { device, kind, detail } = event
  if (format === 'ndjson') return `${JSON.stringify({ time, device, kind, detail })}\n`
  return `${time},${[device, kind, detail].map(csvText).join(',')}\n`
}

/** Cuts float noise off. */
function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}
