import type { Epoch, Sample } from '../../domain/sample.ts'
import type { LogEvent, LostRange } from './log.ts'

/** Numbers a sample takes in a block: time, voltage, current, power, seq, epoch, status. */
export const FIELDS = 7
/** At most so many samples are handed over at once, and so uncommitted while the disk keeps up. */
export const BLOCK_SAMPLES = 500
/** Where neither log nor spill file can be written: samples kept before the log counts as failed. */
export const LAST_RESORT_SAMPLES = 500_000

/** Samples packed for the way to the writer's thread. */
export interface SampleBlock {
  readonly count: number
  /**
   * `FIELDS` numbers a sample: Unix µs, V, A, W, sequence number (-1: none),
   * epoch id, place of its status in `states`.
   */
  readonly fields: Float64Array
  readonly states: readonly string[]
}

/** What goes to the writer in one piece. */
export interface LogBatch {
  readonly epochs: readonly Epoch[]
  readonly block: SampleBlock
  readonly lost: readonly LostRange[]
  readonly events: readonly LogEvent[]
}

export const EMPTY_BLOCK: SampleBlock = { count: 0, fields: new Float64Array(0), states: [] }

/** Packs samples one by one. */
export class BlockBuilder {
  readonly #fields = new Float64Array(BLOCK_SAMPLES * FIELDS)
  #count = 0
  #states: string[] = []
  #lastStatus = ''
  #lastStatusAt = -1

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count === BLOCK_SAMPLES
  }

  /** Only while not full. */
  add(sample: Sample): void {
    const fields = this.#fields
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

/** The samples of a block as the log sees them, for the slow paths. */
export function* samplesOf(block: SampleBlock): Generator<{
  readonly timeUs: number
  readonly voltage: number
  readonly current: number
  readonly power: number
  readonly seq: number
  readonly epochId: number
  readonly status: string
}> {
  const { fields } = block
  for (let at = 0; at < block.count * FIELDS; at += FIELDS) {
    yield {
      timeUs: fields[at] as number,
      voltage: fields[at + 1] as number,
      current: fields[at + 2] as number,
      power: fields[at + 3] as number,
      seq: fields[at + 4] as number,
      epochId: fields[at + 5] as number,
      status: block.states[fields[at + 6] as number] as string,
    }
  }
}
