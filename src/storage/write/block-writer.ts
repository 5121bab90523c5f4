import { type Detail, detailOf, EXTREME_MEMBERS } from '../../domain/detail.ts'
import { isMeasured } from '../../domain/sample.ts'
import type { ChannelTable } from './channel-table.ts'
import type { CommitOrder } from './commit-order.ts'
import type { EpochTable, OpenDevice, OpenEpoch } from './epoch-table.ts'
import { EXTRA_FIELDS, FIELDS, type SampleBlock } from './log-batch.ts'
import type { LogNotes } from './log-notes.ts'
import type { Retention } from './retention.ts'
import type { HostMoment } from './retention-clock.ts'
import type { RollUps } from './roll-ups.ts'
import type { SampleTable } from './sample-table.ts'
import type { StatusTable } from './status-table.ts'

interface BlockWriterOptions {
  readonly samples: SampleTable
  readonly epochs: EpochTable
  readonly channels: ChannelTable
  readonly states: StatusTable
  readonly order: CommitOrder
  readonly rollUps: RollUps
  readonly retention: Retention
  readonly notes: LogNotes
}

/**
 * Writes blocks of samples: first the rows of a stretch in which time rises, many with one
 * statement, then all that is kept of them beside the rows. What reads rows on the way looks
 * back only, and finds what it would find had they come one by one. All within a transaction.
 */
export class BlockWriter {
  readonly #options: BlockWriterOptions
  /** Of the block under way. */
  #block!: SampleBlock
  #statusIds: readonly number[] = []
  #measured: readonly boolean[] = []
  #now!: HostMoment
  /** Row ids of its samples. */
  #ids = new Float64Array(0)
  /** Its samples may have details. */
  #hasDetails = false
  /** Where in its `extras` the next value is. */
  #nextExtra = 0

  constructor(options: BlockWriterOptions) {
    this.#options = options
  }

  write(block: SampleBlock, now: HostMoment): void {
    const { samples, states, epochs, retention, notes } = this.#options
    const { fields, count } = block
    states.makeRoom(count, block.states.length)
    this.#block = block
    this.#now = now
    this.#statusIds = block.states.map((text) => states.id(text))
    this.#measured = block.states.map((text) => isMeasured(text))
    this.#nextExtra = 0
    this.#hasDetails = EXTREME_MEMBERS.every((name) => block.channels.includes(name))
    if (this.#ids.length < count) this.#ids = new Float64Array(count)
    let epochId = Number.NaN
    let epoch!: OpenEpoch
    let noted = 0
    for (let i = 0; i < count; i++) {
      const at = i * FIELDS
      const timeUs = fields[at] as number
      if (fields[at + 5] !== epochId) {
        epochId = fields[at + 5] as number
        epoch = epochs.get(epochId)
        retention.open(epoch.device, now)
        if (states.isFull) notes.fullStates(epoch.device.name, timeUs)
      }
      const isRising = timeUs > samples.maxId
      if (!isRising) {
        this.#note(noted, i)
        noted = i
      }
      this.#ids[i] = samples.add(
        timeUs,
        epoch.dbId,
        fields[at + 4] as number,
        fields[at + 1] as number,
        fields[at + 2] as number,
        fields[at + 3] as number,
        this.#statusIds[fields[at + 6] as number] as number,
      )
      if (!isRising) {
        this.#note(i, i + 1)
        noted = i + 1
      }
    }
    this.#note(noted, count)
  }

  /** All that is kept of the samples `[from, to)` of the block beside their rows. */
  #note(from: number, to: number): void {
    if (from === to) return
    const { samples, epochs, order, rollUps, retention, notes } = this.#options
    const { fields, extras } = this.#block
    samples.flush()
    let epochId = Number.NaN
    let epoch!: OpenEpoch
    for (let i = from; i < to; i++) {
      const at = i * FIELDS
      const id = this.#ids[i] as number
      const seq = fields[at + 4] as number
      if (fields[at + 5] !== epochId) {
        epochId = fields[at + 5] as number
        epoch = epochs.get(epochId)
      }
      const { device } = epoch
      order.add(device.id, epoch.dbId, id, epoch.newestUs)
      if (epoch.newestUs < 0 && id <= device.newestUs) notes.overlap(device, id)
      const measured = this.#measured[fields[at + 6] as number] as boolean
      rollUps.add(
        device.id,
        id,
        device.newestUs,
        epoch.dbId,
        epoch.newestUs,
        seq,
        fields[at + 1] as number,
        fields[at + 2] as number,
        fields[at + 3] as number,
        measured,
        this.#hasDetails ? this.#detail(i) : null,
      )
      if (this.#nextExtra < extras.length) this.#writeExtras(i, device, id, measured)
      epochs.advance(epoch, id, seq)
      const move = retention.add(device.id, id, this.#now)
      if (move !== null) {
        const aged =
          move.kind === 'moved'
            ? retention.agedBy(device.id, move)
            : { samples: move.samples, isExact: true }
        notes.retention(device.name, id, move, aged)
      }
    }
  }

  /** Among the values of one sample with voltage and current. @param index of the sample in the block */
  #detail(index: number): Detail | null {
    const { fields, extras, channels: names } = this.#block
    if (extras[this.#nextExtra] !== index || Number.isNaN(fields[index * FIELDS + 1])) return null
    const values: Record<string, number> = Object.create(null)
    for (let at = this.#nextExtra; extras[at] === index; at += EXTRA_FIELDS) {
      values[names[extras[at + 1] as number] as string] = extras[at + 2] as number
    }
    const status = this.#block.states[fields[index * FIELDS + 6] as number] as string
    return detailOf(values, status)
  }

  /** The values of the extra channels of one sample. @param index of the sample in the block */
  #writeExtras(index: number, device: OpenDevice, sampleId: number, measured: boolean): void {
    const { channels, rollUps } = this.#options
    const { extras, channels: names } = this.#block
    for (; extras[this.#nextExtra] === index; this.#nextExtra += EXTRA_FIELDS) {
      const name = names[extras[this.#nextExtra + 1] as number] as string
      const value = extras[this.#nextExtra + 2] as number
      const channelId = channels.add(device, name, sampleId, value)
      rollUps.addExtra(channelId, value, measured)
    }
  }
}
