import type { Extras } from '../domain/channels.ts'
import type { Epoch } from '../domain/sample.ts'
import type {
  DeviceBurst,
  DeviceLog,
  LogEvent,
  LoggedChannel,
  LostRange,
} from '../storage/client/log.ts'
import type { KnownLog } from '../storage/read/known-log.ts'

/** A sample of a recording, as it is to stand in the log. */
export interface ImportedSample {
  /** Unix µs */
  readonly timeUs: number
  /** V; NaN: not electric, as are the next two. */
  readonly voltage: number
  /** A */
  readonly current: number
  /** W */
  readonly power: number
  readonly extras: Extras | null
  readonly seq: number | null
  /** With its marks. */
  readonly status: string
}

export type ImportedLoss = Omit<LostRange, 'epochId'>

/** A run of a device in a recording. */
export interface ImportedRun {
  readonly boot: number | null
  /** Time of its first sample, Unix µs. */
  readonly startedUs: number
  /** As the log has it; null: nothing of it has come into the log yet. */
  epoch: Epoch | null
}

export interface LabelCounts {
  /** Samples that came into the log. */
  added: number
  /** Samples that were in the log already. */
  known: number
  outOfRange: number
  /** Samples on record as lost, as far as they were not before. */
  lost: number
  events: number
  /** Times of the samples, new ones and others, Unix µs. */
  fromUs: number
  toUs: number
}

/** Puts what belongs to one label into the log, each sample, loss and event once. */
export class ImportLabel {
  readonly label: string
  readonly counts: LabelCounts = {
    added: 0,
    known: 0,
    outOfRange: 0,
    lost: 0,
    events: 0,
    fromUs: Number.POSITIVE_INFINITY,
    toUs: Number.NEGATIVE_INFINITY,
  }
  readonly #log: DeviceLog | null
  readonly #known: KnownLog | null
  #currentId = -1
  #losses: { readonly run: ImportedRun; readonly range: ImportedLoss }[] = []
  /** The sample before was in the log already. */
  #isAmongKnown = false

  /**
   * @param log null: nothing is written
   * @param known what the log had before; null: there was none
   */
  constructor(label: string, log: DeviceLog | null, known: KnownLog | null) {
    this.label = label
    this.#log = log
    this.#known = known
  }

  begin(boot: number | null, startedUs: number): ImportedRun {
    return { boot, startedUs, epoch: null }
  }

  /** The number of the boot is known only now. */
  setBoot(run: ImportedRun, boot: number): ImportedRun {
    const epoch = run.epoch
    if (epoch === null || epoch.boot !== null) return { ...run, boot: epoch?.boot ?? boot }
    const named = { ...epoch, boot: this.#bootOf(boot, epoch.startedUs) }
    this.#log?.epoch(named)
    return { ...run, boot, epoch: named }
  }

  channel(channel: LoggedChannel): void {
    this.#log?.channel(channel)
  }

  /** @param grainUs how coarse its time is */
  add(run: ImportedRun, sample: ImportedSample, grainUs: number): void {
    const { counts } = this
    counts.fromUs = Math.min(counts.fromUs, sample.timeUs)
    counts.toUs = Math.max(counts.toUs, sample.timeUs)
    const epochId = this.#known?.find(this.label, sample, grainUs) ?? null
    if (epochId !== null) {
      counts.known++
      this.#isAmongKnown = true
      this.#losses = []
      run.epoch ??= this.#known?.epoch(this.label, epochId) ?? null
      return
    }
    this.#isAmongKnown = false
    if (this.#losses.length > 0) this.#settleLosses()
    counts.added++
    if (sample.status.endsWith('out_of_range')) counts.outOfRange++
    if (this.#log === null) return
    const epoch = this.#epochOf(run)
    this.#log.append({
      ...sample,
      // As values of its channels, which is how the log keeps it.
      detail: null,
      electric: !Number.isNaN(sample.voltage),
      epochId: epoch.id,
      gapBefore: false,
      origin: 'live',
    })
  }

  /** Whether it is in the log already is known with the sample behind it. */
  lost(run: ImportedRun, range: ImportedLoss): void {
    this.#losses.push({ run, range })
  }

  /** No sample follows. */
  end(): void {
    this.#settleLosses()
  }

  event(event: LogEvent): void {
    // Many of a kind in a row became one, which can't be known again.
    if (!this.#isAmongKnown) this.eventAtOnce(event)
  }

  /** A loss that is known apart from the samples around it. */
  lostAtOnce(run: ImportedRun, range: ImportedLoss): void {
    this.#losses = [{ run, range }]
    this.#settleLosses()
  }

  /** The same of an event. */
  eventAtOnce(event: LogEvent): void {
    if (this.#known?.hasEvent(event) === true) return
    this.counts.events++
    this.#log?.event(event)
  }

  burst({ device: _, ...burst }: DeviceBurst): void {
    const own = { ...burst, device: this.label }
    if (this.#known?.hasBurst(own) !== true) this.#log?.burst(own)
  }

  #settleLosses(): void {
    const losses = this.#losses
    this.#losses = []
    for (const { run, range } of losses) {
      const isFound = range.reason === 'found'
      if (!isFound && this.#known?.hasLoss(this.label, range) === true) continue
      this.counts.lost += isFound ? -range.count : range.count
      if (this.#log !== null) this.#log.lost({ ...range, epochId: this.#epochOf(run).id })
    }
  }

  #epochOf(run: ImportedRun): Epoch {
    const { boot, startedUs } = run
    const log = this.#log as DeviceLog
    if (run.epoch === null) {
      const known = this.#known?.epochStarting(this.label, boot, startedUs) ?? null
      run.epoch = known ?? log.begin(this.label, this.#bootOf(boot, startedUs), startedUs)
      if (known === null) this.#currentId = run.epoch.id
    }
    if (run.epoch.id !== this.#currentId) {
      log.epoch(run.epoch)
      this.#currentId = run.epoch.id
    }
    return run.epoch
  }

  /** A run that the device may go on with must not seem to have ended before it did. */
  #bootOf(boot: number | null, startedUs: number): number | null {
    if (boot === null) return null
    return this.#known?.hasNewerOfBoot(this.label, boot, startedUs) === true ? null : boot
  }
}
