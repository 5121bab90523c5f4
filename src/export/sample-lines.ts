import { channelColumn, SAMPLE_COLUMNS } from '../domain/columns.ts'
import { isMeasured } from '../domain/sample.ts'
import type { LoggedSample } from '../storage/read/log-query.ts'
import { csvText } from '../util/csv.ts'
import { ownValue } from '../util/records.ts'
import type { ExportFormat } from './format-names.ts'
import { RowBytes } from './row-bytes.ts'
import { type SampleTemplate, sampleTemplate } from './sample-template.ts'

/** What stands before the value of an extra channel. */
interface ChannelCell {
  readonly id: string
  readonly before: Buffer
}

/** Lines of raw samples. */
export class SampleLines {
  readonly #template: SampleTemplate
  readonly #rows = new RowBytes()
  readonly #texts = new Map<string, Buffer>()
  readonly #channels: readonly ChannelCell[]

  /** @param channels ids of the extra channels to write */
  constructor(format: ExportFormat, channels: readonly string[]) {
    this.#template = sampleTemplate(format)
    this.#channels = channels.map((id) => {
      const name = JSON.stringify(channelColumn(id, SAMPLE_COLUMNS))
      return { id, before: Buffer.from(format === 'csv' ? ',' : `,${name}:`) }
    })
  }

  /** @returns the lines of a page of samples, in pieces that may be written at once */
  *lines(samples: readonly LoggedSample[]): Generator<Buffer> {
    const rows = this.#rows
    const { time, device, voltage, current, power, seq, status, end, none } = this.#template
    for (const sample of samples) {
      rows.bytes(time)
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
    if (Number.isNaN(value)) this.#rows.bytes(this.#template.none)
    else this.#rows.decimal(value)
  }

  /** Devices and states are few; a flood of different ones must not fill the memory. */
  #text(text: string): Buffer {
    let bytes = this.#texts.get(text)
    if (bytes === undefined) {
      if (this.#texts.size >= 1000) this.#texts.clear()
      bytes = Buffer.from(this.#template.quote(text))
      this.#texts.set(text, bytes)
    }
    return bytes
  }
}

/** False: a sample of other extra channels than these alone. */
export function hasCells(
  { voltage, extras, status }: LoggedSample,
  channels: readonly string[],
): boolean {
  // One that could not be measured has its status to show.
  if (!Number.isNaN(voltage) || !isMeasured(status)) return true
  return channels.some((id) => ownValue(extras, id) !== undefined)
}

/** Names of the columns, those of extra channels last. */
export function sampleColumns(channels: readonly string[]): string[] {
  return [...SAMPLE_COLUMNS, ...channels.map((id) => channelColumn(id, SAMPLE_COLUMNS))]
}

/** The first line of a CSV file. */
export function csvHeader(columns: readonly string[]): string {
  return `${columns.map(csvText).join(',')}\n`
}
