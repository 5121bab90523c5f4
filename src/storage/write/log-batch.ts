import type { Extras } from '../../domain/channels.ts'
import { type Detail, keptValues } from '../../domain/detail.ts'
import type { Epoch, Sample } from '../../domain/sample.ts'
import type { DeviceBurst, LogEvent, LoggedChannel, LostRange } from '../file/records.ts'

/** Numbers a sample takes in a block: time, voltage, current, power, seq, epoch, status. */
export const FIELDS = 7
/** Numbers a value of an extra channel takes: place of its sample, place of its channel, value. */
export const EXTRA_FIELDS = 3
/** So many samples are handed over at once, and so uncommitted while the disk keeps up. */
export const BLOCK_SAMPLES = 500
/** The same where they come so fast that this takes no 25 ms; 500 doubled, so that a builder makes no more room than it needs. */
export const MOST_BLOCK_SAMPLES = 8_000
/** Where neither log nor spill file can be written: samples kept before the log counts as failed. */
export const LAST_RESORT_SAMPLES = 500_000

/** Samples packed for the way to the writer's thread. */
export interface SampleBlock {
  readonly count: number
  /**
   * `FIELDS` numbers a sample: Unix µs, V, A, W (NaN all three: not electric), sequence
   * number (-1: none), epoch id, place of its status in `states`.
   */
  readonly fields: Float64Array
  readonly states: readonly string[]
  /** `EXTRA_FIELDS` numbers a value, in order of the samples; empty where there are none. */
  readonly extras: Float64Array
  /** Names of the channels that `extras` refers to. */
  readonly channels: readonly string[]
}

/** What goes to the writer in one piece. */
export interface LogBatch {
  /** All that samples and lost ranges of the batch refer to; the log may have them already. */
  readonly epochs: readonly Epoch[]
  /** What the user says of channels. */
  readonly channels: readonly LoggedChannel[]
  readonly block: SampleBlock
  readonly lost: readonly LostRange[]
  readonly events: readonly LogEvent[]
  readonly bursts: readonly DeviceBurst[]
}

const NO_EXTRAS: Pick<SampleBlock, 'extras' | 'channels'> = {
  extras: new Float64Array(0),
  channels: [],
}
const EMPTY_BLOCK: SampleBlock = {
  count: 0,
  fields: new Float64Array(0),
  states: [],
  ...NO_EXTRAS,
}

/** To make a batch of what there is: `{ ...EMPTY_BATCH, events }`. */
export const EMPTY_BATCH: LogBatch = {
  epochs: [],
  channels: [],
  block: EMPTY_BLOCK,
  lost: [],
  events: [],
  bursts: [],
}

/** What the log keeps of a sample. */
export type PackedSample = Pick<
  Sample,
  'timeUs' | 'voltage' | 'current' | 'power' | 'extras' | 'seq' | 'epochId' | 'status'
> & {
  /** Kept as values of channels; absent: it is among `extras` already. */
  readonly detail?: Detail | null
}

/** Packs samples one by one. */
export class BlockBuilder {
  #fields = new Float64Array(BLOCK_SAMPLES * FIELDS)
  /** Made with the first value of an extra channel. */
  #extras: ExtraBuilder | null = null
  #count = 0
  #states: string[] = []
  #lastStatus = ''
  #lastStatusAt = -1

  get count(): number {
    return this.#count
  }

  /** As many as are handed over while the writer keeps up. */
  get isFull(): boolean {
    return this.#count >= BLOCK_SAMPLES
  }

  add(sample: PackedSample): void {
    if ((this.#count + 1) * FIELDS > this.#fields.length) this.#fields = doubled(this.#fields)
    const fields = this.#fields
    const values = keptValues(sample.extras, sample.detail ?? null)
    if (values !== null) {
      this.#extras ??= new ExtraBuilder()
      this.#extras.add(this.#count, values)
    }
    let at = this.#count++ * FIELDS
    fields[at++] = sample.timeUs
    fields[at++] = sample.voltage
    fields[at++] = sample.current
    fields[at++] = sample.power
    fields[at++] = sample.seq ?? -1
    fields[at++] = sample.epochId
    fields[at] = this.#statusAt(sample.status)
  }

  /** The packed samples; the builder is empty again. */
  take(): SampleBlock {
    const block = {
      count: this.#count,
      fields: this.#fields.slice(0, this.#count * FIELDS),
      states: this.#states,
      ...(this.#extras?.take() ?? NO_EXTRAS),
    }
    this.#count = 0
    this.#states = []
    this.#lastStatusAt = -1
    return block
  }

  #statusAt(status: string): number {
    if (this.#lastStatusAt >= 0 && status === this.#lastStatus) return this.#lastStatusAt
    let at = this.#states.indexOf(status)
    if (at < 0) at = this.#states.push(status) - 1
    this.#lastStatus = status
    this.#lastStatusAt = at
    return at
  }
}

/** The values of extra channels of one block. */
class ExtraBuilder {
  #values = new Float64Array(BLOCK_SAMPLES * EXTRA_FIELDS)
  #length = 0
  #channels: string[] = []

  add(sampleAt: number, extras: Extras): void {
    for (const name in extras) {
      const value = extras[name] as number
      // Past the range of a double, such as 1e999: nothing that SQL could give back.
      if (!Number.isFinite(value)) continue
      let channelAt = this.#channels.indexOf(name)
      if (channelAt < 0) channelAt = this.#channels.push(name) - 1
      if (this.#length + EXTRA_FIELDS > this.#values.length) this.#values = doubled(this.#values)
      this.#values[this.#length++] = sampleAt
      this.#values[this.#length++] = channelAt
      this.#values[this.#length++] = value
    }
  }

  /** All values; there are none any more. */
  take(): Pick<SampleBlock, 'extras' | 'channels'> {
    if (this.#length === 0) return NO_EXTRAS
    const taken = { extras: this.#values.slice(0, this.#length), channels: this.#channels }
    this.#length = 0
    this.#channels = []
    return taken
  }
}

function doubled(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * values.length)
  larger.set(values)
  return larger
}

/** The samples of a block as the log sees them, for the slow paths. */
export function* samplesOf(block: SampleBlock): Generator<{
  readonly timeUs: number
  readonly voltage: number
  readonly current: number
  readonly power: number
  readonly seq: number
  readonly epochId: number
  readonly status: string
  readonly extras: readonly (readonly [channel: string, value: number])[]
}> {
  const { fields, extras } = block
  let next = 0
  for (let i = 0; i < block.count; i++) {
    const at = i * FIELDS
    const ofSample: [string, number][] = []
    for (; extras[next] === i; next += EXTRA_FIELDS) {
      const channel = block.channels[extras[next + 1] as number] as string
      ofSample.push([channel, extras[next + 2] as number])
    }
    yield {
      timeUs: fields[at] as number,
      voltage: fields[at + 1] as number,
      current: fields[at + 2] as number,
      power: fields[at + 3] as number,
      seq: fields[at + 4] as number,
      epochId: fields[at + 5] as number,
      status: block.states[fields[at + 6] as number] as string,
      extras: ofSample,
    }
  }
}

/** Records of a batch, whatever they are. */
export function countOf({ epochs, channels, block, lost, events, bursts }: LogBatch): number {
  const records = epochs.length + channels.length + lost.length + events.length + bursts.length
  return block.count + records
}

/** A batch in parts, in order: by kinds of records, or the records of one kind in halves; null: it has one record. */
export function halvesOf(batch: LogBatch): LogBatch[] | null {
  if (countOf(batch) < 2) return null
  const { epochs, channels, block, lost, events, bursts } = batch
  const kinds = [{ epochs }, { channels }, { block }, { lost }, { events }, { bursts }]
    .map((kind): LogBatch => ({ ...EMPTY_BATCH, ...kind }))
    .filter((each) => countOf(each) > 0)
  if (kinds.length > 1) return kinds
  const middle = Math.ceil(countOf(batch) / 2)
  const part = (from: number, to?: number): LogBatch => ({
    epochs: epochs.slice(from, to),
    channels: channels.slice(from, to),
    block: partOf(block, from, to ?? block.count),
    lost: lost.slice(from, to),
    events: events.slice(from, to),
    bursts: bursts.slice(from, to),
  })
  return [part(0, middle), part(middle)]
}

function partOf(
  { count, fields, states, extras, channels }: SampleBlock,
  from: number,
  to: number,
): SampleBlock {
  const own: number[] = []
  for (let at = 0; at < extras.length; at += EXTRA_FIELDS) {
    const sampleAt = extras[at] as number
    if (sampleAt < from || sampleAt >= to) continue
    own.push(sampleAt - from, extras[at + 1] as number, extras[at + 2] as number)
  }
  return {
    count: Math.max(0, Math.min(count, to) - from),
    fields: fields.slice(from * FIELDS, to * FIELDS),
    states,
    extras: Float64Array.from(own),
    channels,
  }
}
