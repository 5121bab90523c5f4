import type { Source, SourceState } from '../device/source.ts'
import { DEFAULT_RANGE, type DeviceRange, isInRange } from '../domain/limits.ts'
import { type Epoch, isMeasured, markOutOfRange, powerOf, type Sample } from '../domain/sample.ts'
import { decodeLine } from '../protocol/codec.ts'
import type { Command, CommandResult } from '../protocol/commands.ts'
import { CrcPolicy } from '../protocol/crc-policy.ts'
import { type ClockNotice, DeviceClock, type LiveStamp } from '../protocol/device-clock.ts'
import type { HelloFrame, SampleFrame } from '../protocol/frames.ts'
import { Link } from '../protocol/link.ts'
import type { LossReason } from '../protocol/missing-ranges.ts'
import type { Arrival } from '../protocol/sequence.ts'
import { advance } from '../protocol/serial-number.ts'
import type { LogClient, LogState } from '../storage/log.ts'
import type { Clock } from '../util/clock.ts'
import { formatDuration } from '../util/duration.ts'
import type { InaError } from '../util/errors.ts'
import { HostTime } from '../util/host-time.ts'
import { emptyLedger, type Ledger } from './ledger.ts'
import { SilenceGaps } from './silence-gaps.ts'

export interface SessionOptions {
  readonly source: Source
  /** null with `--no-log` */
  readonly log: LogClient | null
  readonly clock: Clock
  /** Contract: `--keep-time`. */
  readonly keepTime: boolean
  /** Contract: `--device`; null: what the device says of itself, else the source's label. */
  readonly device: string | null
  /** Replaces what the device says of its range, V and A. */
  readonly range: Partial<DeviceRange>
  /** Contract: `--count`; after so many accepted samples nothing more is read. null: no limit */
  readonly maxSamples: number | null
}

/** A clock that jumps all the time must not fill the log with events. */
const CLOCK_STEPS_TOLD = 100

/** Who hears of the stream; each call is short and never waits. */
export interface SessionListener {
  sample(sample: Sample, arrivalUs: number, mode: string | null): void
  event(kind: string, text: string, timeUs: number): void
  sourceState(state: SourceState, reason: string): void
  /** The source is over, or `maxSamples` is reached. */
  ended(reason: 'source' | 'limit'): void
  failed(error: InaError): void
}

/**
 * One run of the monitor: lines of the source → frames → link → samples → log
 * and listener, and the ledger of it all. Knows no screen and no timer.
 */
export class Session {
  readonly #options: SessionOptions
  readonly #listener: SessionListener
  readonly #ledger: Ledger = emptyLedger()
  readonly #host: HostTime
  readonly #deviceClock: DeviceClock
  readonly #link: Link
  readonly #silence = new SilenceGaps()
  readonly #startMs: number
  #epoch: Epoch | null = null
  #nextEpochId: number
  #helloName: string | null = null
  /** Epochs begun by this run. */
  #epochs = 0
  #boot: number | null = null
  #range: DeviceRange
  #crcPolicy = new CrcPolicy()
  #connections = 0
  #live: LiveStamp | null = null
  #lastUs = 0
  #pendingLoss: { first: number; count: number; reason: LossReason; fromUs: number }[] = []
  /** Numbers of the samples healed one after the other. */
  #healed: number[] = []
  #clockSteps = 0
  #told = new Set<ClockNotice>()
  #logKind: LogState['kind'] = 'recording'
  /** Numbers are missing altogether: no loss can be detected. */
  unnumbered = false

  constructor(options: SessionOptions, listener: SessionListener) {
    this.#options = options
    this.#listener = listener
    this.#range = { ...DEFAULT_RANGE, ...options.range }
    this.#nextEpochId = options.log?.nextEpochId ?? 1
    this.#startMs = options.clock.monoMs()
    this.#host = new HostTime(options.clock, ({ byMs }) => {
      const by = formatDuration(Math.abs(byMs))
      this.#tell('clock', `host clock set ${byMs > 0 ? 'forward' : 'back'} by ${by}`)
    })
    this.#deviceClock = new DeviceClock({ keepTime: options.keepTime, live: options.source.live })
    this.#link = new Link(
      {
        duplex: options.source.duplex,
        bytesPerSecond: options.source.bytesPerSecond,
        // In ms: a run that follows at once must not seem to repeat the commands of the one before.
        firstCommandSeq: Math.floor(options.clock.wallMs()),
        resume: options.log?.hasResumePoints ? (hello) => this.#resume(hello) : null,
      },
      {
        sample: (arrival, gap, healed) => this.#sample(arrival, gap, healed),
        duplicate: () => this.#ledger.duplicates++,
        late: (arrival) => this.#late(arrival),
        implausible: () => this.#ledger.malformed++,
        gap: () => this.#ledger.gaps++,
        lost: (first, count, reason) => this.#lost(first, count, reason),
        restarted: (boot) => this.#restarted(boot),
        hello: (hello, known) => this.#hello(hello, known),
        nackSent: () => this.#ledger.nacks_sent++,
        commandAcked: () => this.#ledger.commands_acked++,
        send: (line) => options.source.write(line),
      },
    )
    options.log?.onCommitted((last) => {
      if (last.epochId === this.#epoch?.id && last.seq !== null && last.origin !== 'late')
        this.#link.durable(last.seq)
    })
    options.log?.onState((state) => this.#logState(state))
  }

  start(): void {
    this.#options.source.start({
      line: (bytes) => this.#line(bytes),
      overlong: () => {
        if (this.#isFull) return
        this.#ledger.lines++
        this.#ledger.overlong++
      },
      bytes: (count) => {
        this.#ledger.bytes += count
        this.#applyBackpressure()
      },
      state: (state, reason) => {
        if (state === 'waiting') this.#link.disconnected()
        this.#listener.sourceState(state, reason)
      },
      connected: () => this.#connected(),
      ended: () => {
        this.finish()
        this.#listener.ended('source')
      },
      failed: (error) => this.#listener.failed(error),
    })
  }

  /** Timers of the link; call about every 50 ms. */
  tick(): void {
    this.#link.tick(this.#options.clock.monoMs())
  }

  /** Sends a command to the device, as soon as it listens; how it ended is an event. */
  command(command: Command, done: (result: CommandResult) => void = () => {}): void {
    const what = `${command.cmd} ${JSON.stringify(command.value) ?? ''}`.trimEnd()
    const finished = (result: CommandResult): void => {
      const outcome = result.kind === 'refused' ? `refused: ${result.error}` : result.kind
      this.#tell('command', `${what}: ${outcome}`)
      done(result)
    }
    this.#link.command(command, finished, this.#options.clock.monoMs())
  }

  /** True: lost samples are being asked for, so that an end just now would lose them for good. */
  get healing(): boolean {
    return this.#link.busy && !this.#isFull
  }

  /** Ends the stream: what waits is handed on, what is missing is on record. */
  finish(): void {
    this.#link.finish()
    this.#tellHealed()
    this.#settleLoss(this.#host.nowUs())
  }

  nowUs(): number {
    return this.#host.nowUs()
  }

  get ledger(): Readonly<Ledger> {
    const seconds = Math.round(this.#options.clock.monoMs() - this.#startMs) / 1000
    const log = this.#options.log?.state
    return { ...this.#ledger, logged: log?.logged ?? 0, seconds, log_state: log?.kind ?? 'off' }
  }

  get #isFull(): boolean {
    const { samples, out_of_range } = this.#ledger
    return samples + out_of_range === this.#options.maxSamples
  }

  get range(): DeviceRange {
    return this.#range
  }

  get device(): string {
    return this.#options.device ?? this.#helloName ?? this.#options.source.label
  }

  #line(bytes: Uint8Array): void {
    if (this.#isFull) return
    this.#ledger.lines++
    const frame = this.#crcPolicy.judge(decodeLine(bytes), () =>
      this.#tell('unprotected', 'lines come without a CRC now: taken for another device or sketch'),
    )
    if (frame.kind === 'crc_error') this.#ledger.crc_errors++
    else if (frame.kind === 'malformed') this.#ledger.malformed++
    else if (frame.kind !== 'sample') this.#ledger.control++

    const arrivalUs = this.#host.nowUs()
    if (frame.kind === 'note') this.#tell('note', frame.message)
    else if (frame.kind === 'sample' && !frame.resend) {
      this.#live = { stamp: frame.stamp, arrivalUs }
    }
    this.#link.frame(frame, arrivalUs, this.#options.clock.monoMs())
  }

  #sample(arrival: Arrival, gapBefore: boolean, healed: boolean): void {
    if (this.#isFull) {
      // It waited behind a hole when the limit was reached: as if never read.
      this.#ledger.lines--
      return
    }
    const { frame, arrivalUs } = arrival
    const live = frame.resend ? this.#live : null
    const { timeUs, notice } = this.#deviceClock.time(frame.stamp, frame.seq, arrivalUs, live)
    // Before a new epoch may begin: what is missing belongs to the one under way.
    this.#settleLoss(timeUs)
    if (notice !== null) this.#clockNotice(notice, frame.seq === null)
    // What lies between two times that a clock step parts was not measured: nothing is
    // integrated over it, here or in the log, where a new epoch begins.
    if (notice === 'stepped') this.#epoch = null
    if (frame.seq === null && !this.unnumbered) {
      this.unnumbered = true
      this.#tell('unnumbered', 'the device numbers nothing: no loss can be detected')
    }
    const sample = this.#makeSample(frame, timeUs, {
      gapBefore:
        gapBefore || notice === 'stepped' || (frame.seq === null && this.#silence.isGap(timeUs)),
      origin: healed ? 'healed' : 'live',
    })
    if (healed && frame.seq !== null) this.#healed.push(frame.seq)
    else this.#tellHealed()
    if (healed) this.#ledger.recovered++
    this.#lastUs = timeUs
    this.#options.log?.append(sample)
    this.#listener.sample(sample, arrivalUs, frame.mode)
    if (this.#isFull) this.#listener.ended('limit')
  }

  /** Judges a sample's range, counts it, and gives it its place in time. */
  #makeSample(
    frame: SampleFrame,
    timeUs: number,
    { gapBefore, origin }: Pick<Sample, 'gapBefore' | 'origin'>,
  ): Sample {
    const power = frame.power ?? powerOf(frame.voltage, frame.current)
    const inRange = isInRange(frame.voltage, frame.current, power, this.#range)
    if (inRange) this.#ledger.samples++
    else this.#ledger.out_of_range++
    return {
      timeUs,
      voltage: frame.voltage,
      current: frame.current,
      power,
      seq: frame.seq,
      status: inRange ? frame.status : markOutOfRange(frame.status),
      inRange,
      epochId: this.#currentEpoch(timeUs).id,
      gapBefore,
      origin,
    }
  }

  /** On record as lost, and here after all: put in its place, and taken off the record. */
  #late({ frame, arrivalUs }: Arrival): void {
    this.#settleLoss(this.#lastUs)
    const timeUs = this.#deviceClock.past(frame.stamp, arrivalUs)
    const sample = this.#makeSample(frame, timeUs, { gapBefore: false, origin: 'late' })
    this.#ledger.lost--
    if (frame.resend) this.#ledger.recovered++
    this.#options.log?.append(sample)
    this.#options.log?.lost({
      epochId: sample.epochId,
      firstSeq: frame.seq ?? 0,
      count: 1,
      fromUs: timeUs,
      toUs: timeUs,
      reason: 'found',
    })
    this.#listener.sample(sample, arrivalUs, frame.mode)
    if (this.#isFull) this.#listener.ended('limit')
  }

  #lost(first: number, count: number, reason: LossReason): void {
    this.#ledger.lost += count
    this.#pendingLoss.push({ first, count, reason, fromUs: this.#lastUs })
  }

  /** The run of samples that came after being asked for again is over: one event for all of it. */
  #tellHealed(): void {
    const first = this.#healed[0]
    if (first === undefined) return
    const last = this.#healed[this.#healed.length - 1] as number
    const range = first === last ? `#${first}` : `#${first}-${last}`
    this.#tell('recovery', `healed ${this.#healed.length} (${range})`)
    this.#healed = []
  }

  /** The sample behind a hole is here (or none will come): the hole's span is known. */
  #settleLoss(toUs: number): void {
    if (this.#pendingLoss.length === 0) return
    const losses = this.#pendingLoss
    this.#pendingLoss = []
    for (const { first, count, reason, fromUs } of losses) {
      const range = count === 1 ? `#${first}` : `#${first}-${advance(first, count - 1)}`
      this.#listener.event('lost', `lost ${count} (${range}, ${reason.replace('_', ' ')})`, toUs)
      this.#options.log?.lost({
        epochId: this.#currentEpoch(toUs).id,
        firstSeq: first,
        count,
        fromUs: fromUs === 0 ? toUs : fromUs,
        toUs,
        reason,
      })
    }
  }

  #currentEpoch(nowUs: number): Epoch {
    if (this.#epoch === null) {
      this.#epoch = {
        id: this.#nextEpochId++,
        device: this.device,
        boot: this.#boot,
        startedUs: nowUs,
      }
      this.#epochs++
      this.#options.log?.epoch(this.#epoch)
    }
    return this.#epoch
  }

  #restarted(boot: number | null): void {
    this.#settleLoss(this.#host.nowUs())
    this.#ledger.reboots++
    this.#boot = boot
    this.#epoch = null
    this.#live = null
    this.#deviceClock.restart()
    this.#tell('restart', boot === null ? 'device restarted' : `device restarted, boot ${boot}`)
  }

  #resume(hello: HelloFrame): number | null {
    if (hello.boot === null) return null
    // An earlier run may have begun before the device said its name.
    const { device, source, log } = this.#options
    const labels = device === null ? [hello.name ?? '', source.label] : [device]
    const [point] = labels
      .flatMap((label) => log?.resumePoint(label) ?? [])
      .filter(({ epoch }) => epoch.boot === hello.boot)
      .sort((a, b) => b.epoch.id - a.epoch.id)
    if (point === undefined) return null
    this.#epoch = point.epoch
    // The log has to know it in this run, too: in a spill file, or should its file be replaced.
    log?.epoch(point.epoch)
    this.#lastUs = point.lastUs
    this.#deviceClock.resumeAfter(point.lastUs)
    return point.lastSeq
  }

  #hello(hello: HelloFrame, known: boolean): void {
    // A run that began under the source's label keeps it: one device, one label.
    if (this.#epochs === 0 || this.#helloName !== null) this.#helloName = hello.name
    this.#boot = hello.boot
    this.#range = { ...hello.range, ...this.#options.range }
    // Samples came before the device said which boot this is.
    if (this.#epoch !== null && this.#epoch.boot === null && hello.boot !== null) {
      this.#epoch = { ...this.#epoch, boot: hello.boot }
      this.#options.log?.epoch(this.#epoch)
    }
    const boot = hello.boot === null ? '' : `, boot ${hello.boot}`
    const firmware = hello.firmware === null ? '' : ` firmware ${hello.firmware}`
    this.#tell('hello', `${hello.model}${firmware}${boot}${known ? '' : ', new run'}`)
  }

  #connected(): void {
    this.#connections++
    this.#crcPolicy = new CrcPolicy()
    if (this.#connections > 1) {
      this.#tell('reconnect', `${this.#options.source.label} is back`)
    }
    this.#link.connected(this.#options.clock.monoMs())
  }

  /** Told on the screen; the log itself remembers why it took nothing once it does again. */
  #logState({ kind, reason }: LogState): void {
    if (kind === this.#logKind) return
    if (this.#logKind === 'recording') this.#ledger.log_outages++
    this.#logKind = kind
    const text = kind === 'recording' ? 'the log is being written again' : reason
    this.#listener.event('log', text, this.#host.nowUs())
  }

  #clockNotice(notice: ClockNotice, isOnlySign: boolean): void {
    if (notice === 'restarted') {
      if (isOnlySign) this.#restarted(null)
      return
    }
    if (notice === 'stepped') {
      if (this.#clockSteps++ < CLOCK_STEPS_TOLD) {
        this.#tell('clock', 'device time jumped: nothing is counted over the step')
      }
      return
    }
    if (this.#told.has(notice)) return
    this.#told.add(notice)
    if (notice === 'unset') {
      this.#tell('clock', 'device clock is not set: its spacing is kept, its origin is the arrival')
    } else {
      this.#tell('clock', 'device clock went back: times go on from the newest sample')
    }
  }

  #tell(kind: string, text: string): void {
    // In a stream that is piped in, perhaps an old one, an event stands where it happened.
    const isPiped = !this.#options.source.live && this.#lastUs > 0
    const timeUs = isPiped ? this.#lastUs : this.#host.nowUs()
    this.#listener.event(kind, text, timeUs)
    this.#options.log?.event({ timeUs, device: this.device, kind, detail: text })
  }

  /** A source that can wait does so while the disk is behind; a port is never held up. */
  #applyBackpressure(): void {
    const { log, source } = this.#options
    if (source.live || log === null || !log.congested) return
    source.pause()
    void log.drained().then(() => source.resume())
  }
}

/** Whether a sample counts in statistics and gauges. */
export function isStatistical(sample: Sample): boolean {
  return sample.inRange && isMeasured(sample.status)
}
