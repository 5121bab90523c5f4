import { DEFAULT_RANGE, type DeviceRange, isInRange } from '../domain/limits.ts'
import { cleanText, markBadTime, markOutOfRange, powerOf, type Sample } from '../domain/sample.ts'
import type { Frame, SampleFrame } from '../protocol/frames.ts'
import type { Command, CommandResult } from '../protocol/link/commands.ts'
import { CrcPolicy } from '../protocol/link/crc-policy.ts'
import { Link } from '../protocol/link/link.ts'
import type { HelloEvent, LinkEvent } from '../protocol/link/link-event.ts'
import type { LossReason } from '../protocol/link/missing-ranges.ts'
import type { Arrival } from '../protocol/link/sample-memory.ts'
import type { Source, SourceState } from '../sources/source.ts'
import type { LogClient, LogState } from '../storage/client/log.ts'
import type { Clock } from '../util/clock.ts'
import { formatDuration } from '../util/duration.ts'
import type { InaError } from '../util/errors.ts'
import { HostTime } from '../util/host-time.ts'
import { clockText } from './clock-text.ts'
import { DeviceRuns, MAX_NAMES } from './device-runs.ts'
import { emptyLedger, type Ledger } from './ledger.ts'
import { type Loss, Losses, lossText, timeWithin } from './losses.ts'
import type { ClockNotice, Entry, LiveStamp } from './time-entry.ts'
import { Timeline } from './timeline.ts'

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
  readonly #timeline: Timeline
  readonly #link: Link
  readonly #losses = new Losses()
  /** Samples that came after all, but whose loss has no span in time yet. */
  #lateArrivals: Arrival[] = []
  readonly #startMs: number
  readonly #runs: DeviceRuns
  #range: DeviceRange
  #crcPolicy = new CrcPolicy()
  #connections = 0
  /** Who waits for the answer to which command. */
  readonly #commands = new Map<number, (result: CommandResult) => void>()
  #nextCommand = 0
  /** The source waits for the disk. */
  #isPaused = false
  #live: LiveStamp | null = null
  /** Samples that the link has handed on. */
  #ordinal = 0
  #lastUs = 0
  /** Numbers of the samples healed one after the other. */
  #healed: number[] = []
  readonly #reported = new Set<string>()
  #logKind: LogState['kind'] = 'recording'
  /** Numbers are missing altogether: no loss can be detected. */
  unnumbered = false

  constructor(options: SessionOptions, listener: SessionListener) {
    this.#options = options
    this.#listener = listener
    this.#range = { ...DEFAULT_RANGE, ...options.range }
    const { device, log, source } = options
    this.#runs = new DeviceRuns({ device, log, sourceLabel: source.label })
    this.#startMs = options.clock.monoMs()
    this.#host = new HostTime(options.clock, ({ byMs }) => {
      const by = formatDuration(Math.abs(byMs))
      if (byMs > 0) this.#timeline.hostStepped(byMs * 1000)
      this.#report('clock', `host clock set ${byMs > 0 ? 'forward' : 'back'} by ${by}`)
    })
    this.#timeline = new Timeline(
      { keepTime: options.keepTime, live: options.source.live },
      (entry, timeUs, notice) => this.#placed(entry, timeUs, notice),
    )
    this.#link = new Link({
      duplex: options.source.duplex,
      bytesPerSecond: options.source.bytesPerSecond,
      // In ms: a run that follows at once must not seem to repeat the commands of the one before.
      firstCommandSeq: Math.floor(options.clock.wallMs()),
      resumePoints: (options.log?.resumePoints ?? []).map(({ epoch, lastSeq }) => ({
        name: epoch.device,
        boot: epoch.boot,
        lastSeq,
        order: epoch.id,
      })),
      names: [cleanText(device ?? source.label)],
      takesOwnName: device === null,
    })
    options.log?.onCommitted((commit) => {
      const seq = commit.get(this.#runs.epoch?.id ?? -1)
      if (seq !== undefined) this.#apply(this.#link.durable(seq))
    })
    options.log?.onState((state) => this.#logState(state))
    // Already in the log, which made them.
    options.log?.onEvent(({ kind, detail, timeUs }) => listener.event(kind, detail, timeUs))
  }

  start(): void {
    this.#options.source.start({
      frame: (frame) => this.#frame(frame),
      bytes: (count) => {
        this.#ledger.bytes += count
        this.#isPaused = false
        this.#applyBackpressure()
      },
      state: (state, reason) => {
        if (state === 'waiting') this.#apply(this.#link.disconnected())
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
    this.#apply(this.#link.tick(this.#options.clock.monoMs()))
    // While nothing is read, nothing can come.
    if (!this.#isPaused) this.#timeline.tick(this.#host.nowUs())
  }

  /** Sends a command to the device, as soon as it listens; how it ended is an event. */
  command(command: Command, done: (result: CommandResult) => void = () => {}): void {
    const what = `${command.cmd} ${JSON.stringify(command.value) ?? ''}`.trimEnd()
    const id = this.#nextCommand++
    this.#commands.set(id, (result) => {
      const outcome = result.kind === 'refused' ? `refused: ${result.error}` : result.kind
      this.#report('command', `${what}: ${outcome}`)
      done(result)
    })
    this.#apply(this.#link.command(id, command, this.#options.clock.monoMs()))
  }

  /** True: lost samples are being asked for, so that an end just now would lose them for good. */
  get healing(): boolean {
    return this.#link.busy && !this.#isFull
  }

  /** Ends the stream: what waits is handed on, what is missing is on record. */
  finish(): void {
    this.#apply(this.#link.finish())
    this.#timeline.end()
    this.#reportHealed()
    this.#settleLoss(this.#host.nowUs(), null)
    this.#placeLate()
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
    return samples + out_of_range >= (this.#options.maxSamples ?? Number.POSITIVE_INFINITY)
  }

  get range(): DeviceRange {
    return this.#range
  }

  get device(): string {
    return this.#runs.label
  }

  readonly #unprotected = (): void => {
    this.#report('unprotected', 'lines come without a CRC now: taken for another device or sketch')
  }

  #frame(received: Frame): void {
    if (this.#isFull) return
    this.#ledger.lines++
    const frame = this.#crcPolicy.judge(received, this.#unprotected)
    if (frame.kind === 'overlong') this.#ledger.overlong++
    else if (frame.kind === 'crc_error') this.#ledger.crc_errors++
    else if (frame.kind === 'malformed') this.#ledger.malformed++
    else if (frame.kind !== 'sample') this.#ledger.control++

    const arrivalUs = this.#host.nowUs()
    if (frame.kind === 'note') this.#report('note', frame.message)
    else if (frame.kind === 'sample' && !frame.resend) {
      this.#live = { stamp: frame.stamp, arrivalUs }
    }
    this.#apply(this.#link.frame(frame, arrivalUs, this.#options.clock.monoMs()))
  }

  /** What the link says, in its order. */
  #apply(events: readonly LinkEvent[]): void {
    for (const event of events) {
      switch (event.kind) {
        case 'sample':
          this.#sample(event.arrival, event.healed)
          break
        case 'duplicate':
          this.#ledger.duplicates++
          break
        case 'late':
          this.#late(event.arrival)
          break
        case 'implausible':
          this.#ledger.malformed++
          break
        case 'gap':
          this.#ledger.gaps++
          break
        case 'lost':
          this.#lost(event.first, event.count, event.reason)
          break
        case 'restarted':
          this.#restarted(event.boot)
          break
        case 'unnumbered':
          this.#unnumbered("the device's numbers don't count up")
          break
        case 'hello':
          this.#hello(event)
          break
        case 'nack_sent':
          this.#ledger.nacks_sent++
          break
        case 'command_acked':
          this.#ledger.commands_acked++
          break
        case 'command_done':
          this.#commands.get(event.id)?.(event.result)
          this.#commands.delete(event.id)
          break
        case 'send':
          this.#options.source.write(event.line)
      }
    }
  }

  #sample(arrival: Arrival, healed: boolean): void {
    const { frame, arrivalUs } = arrival
    const live = frame.resend ? this.#live : null
    this.#timeline.push({ frame, arrivalUs, healed, live, ordinal: this.#ordinal++ })
  }

  /** A sample has its place in time. */
  #placed(entry: Entry, timeUs: number, notice: ClockNotice | null): void {
    if (this.#isFull) {
      // It waited when the limit was reached: as if never read.
      this.#ledger.lines--
      return
    }
    const { frame, arrivalUs, healed } = entry
    // Before a new epoch may begin: what is missing belongs to the one under way.
    this.#settleLoss(timeUs, entry)
    if (notice !== null) this.#clockNotice(notice, frame)
    if (frame.seq === null) this.#unnumbered('the device numbers nothing')
    if (healed && frame.seq !== null) this.#healed.push(frame.seq)
    else this.#reportHealed()
    if (healed) this.#ledger.recovered++
    const epoch = this.#runs.current(timeUs)
    const follows = this.#runs.follows(timeUs, frame.seq)
    const isWrong = notice?.kind === 'contradicted'
    const sample = this.#makeSample(
      frame,
      isWrong ? markBadTime(frame.status) : frame.status,
      timeUs,
      epoch.id,
      this.#lastUs > 0 && !follows,
      healed ? 'healed' : 'live',
    )
    this.#lastUs = timeUs
    this.#options.log?.append(sample)
    this.#listener.sample(sample, arrivalUs, frame.mode)
    if (this.#isFull) this.#listener.ended('limit')
    this.#placeLate()
  }

  /** Judges a sample's range, and counts it. */
  #makeSample(
    frame: SampleFrame,
    status: string,
    timeUs: number,
    epochId: number,
    gapBefore: boolean,
    origin: Sample['origin'],
  ): Sample {
    const { electric, voltage, current, seq } = frame
    const power = frame.power ?? powerOf(voltage, current)
    const inRange = !electric || isInRange(voltage, current, power, this.#range)
    if (inRange) this.#ledger.samples++
    else this.#ledger.out_of_range++
    return {
      timeUs,
      electric,
      extras: frame.extras,
      voltage,
      current,
      power,
      seq,
      status: inRange ? status : markOutOfRange(status),
      inRange,
      epochId,
      gapBefore,
      origin,
    }
  }

  /** On record as lost, and here after all. Where its loss has no span yet, it waits until it has. */
  #late(arrival: Arrival): void {
    this.#lateArrivals.push(arrival)
    this.#placeLate()
  }

  #placeLate(): void {
    if (this.#lateArrivals.length === 0) return
    const arrivals = this.#lateArrivals
    this.#lateArrivals = []
    for (const arrival of arrivals) {
      const seq = arrival.frame.seq ?? 0
      const loss = this.#losses.find(seq) ?? this.#forgotten(seq)
      if (loss === null) this.#lateArrivals.push(arrival)
      else this.#putInPlace(arrival, loss)
    }
  }

  /** A loss that is remembered no more; null: it may be one whose span is not known yet. */
  #forgotten(seq: number): Loss | null {
    if (this.#losses.arePending) return null
    const [fromUs, toUs] = [this.#lastUs, this.#lastUs]
    const epoch = this.#runs.current(toUs)
    return { first: seq, count: 1, reason: 'found', epoch, fromUs, toUs, timeOf: () => null }
  }

  /** Puts a sample where it was lost, and takes it off the record. */
  #putInPlace({ frame, arrivalUs }: Arrival, loss: Loss): void {
    if (this.#isFull) {
      this.#ledger.lines--
      return
    }
    const seq = frame.seq ?? 0
    const timeUs = timeWithin(loss, seq, frame.stamp)
    const epochId = loss.epoch.id
    const sample = this.#makeSample(frame, frame.status, timeUs, epochId, false, 'late')
    this.#ledger.lost--
    if (frame.resend) this.#ledger.recovered++
    this.#options.log?.append(sample)
    this.#options.log?.lost({
      epochId,
      firstSeq: seq,
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
    this.#losses.add({ first, count, reason }, this.#lastUs, this.#timeline.held)
  }

  /** The run of samples that came after being asked for again is over: one event for all of it. */
  #reportHealed(): void {
    const first = this.#healed[0]
    if (first === undefined) return
    const last = this.#healed[this.#healed.length - 1] as number
    const range = first === last ? `#${first}` : `#${first}-${last}`
    this.#report('recovery', `healed ${this.#healed.length} (${range})`)
    this.#healed = []
  }

  /** @param placed the sample behind the holes; null: none will come */
  #settleLoss(toUs: number, placed: Entry | null): void {
    if (!this.#losses.arePending) return
    const timeOf = this.#timeline.snapshot()
    for (const loss of this.#losses.settle(toUs, placed)) {
      const { first: firstSeq, count, fromUs, reason } = loss
      this.#listener.event('lost', lossText(firstSeq, count, reason), toUs)
      const epoch = this.#runs.current(toUs)
      this.#losses.record({ ...loss, epoch, timeOf })
      this.#options.log?.lost({ epochId: epoch.id, firstSeq, count, fromUs, toUs, reason })
    }
  }

  #restarted(boot: number | null): void {
    this.#timeline.restart()
    this.#settleLoss(this.#host.nowUs(), null)
    this.#placeLate()
    this.#losses.clear()
    this.unnumbered = false
    this.#live = null
    this.#newBoot(boot)
  }

  #newBoot(boot: number | null): void {
    this.#ledger.reboots++
    this.#runs.restarted(boot)
    this.#report('restart', boot === null ? 'device restarted' : `device restarted, boot ${boot}`)
  }

  #hello({ hello, known, resumedFrom }: HelloEvent): void {
    if (resumedFrom !== null) {
      const point = this.#options.log?.resumePoints.find((p) => p.epoch.id === resumedFrom.order)
      if (point !== undefined) {
        this.#runs.resume(point)
        this.#lastUs = point.lastUs
        this.#timeline.resumeAfter(point.lastUs)
      }
    }
    this.#runs.hello(hello)
    if (this.#runs.hasTooManyNames) {
      const text = `the device has said ${MAX_NAMES} names: it keeps the last one`
      this.#reportOnce('hello', 'names', text)
    }
    this.#range = { ...hello.range, ...this.#options.range }
    const boot = hello.boot === null ? '' : `, boot ${hello.boot}`
    const firmware = hello.firmware === null ? '' : ` firmware ${hello.firmware}`
    this.#report('hello', `${hello.model}${firmware}${boot}${known ? '' : ', new run'}`)
  }

  #connected(): void {
    this.#connections++
    this.#crcPolicy = new CrcPolicy()
    this.unnumbered = false
    if (this.#connections > 1) {
      this.#report('reconnect', `${this.#options.source.label} is back`)
    }
    this.#apply(this.#link.connected(this.#options.clock.monoMs()))
  }

  /** Told on the screen; the log itself remembers why it took nothing once it does again. */
  #logState({ kind, reason }: LogState): void {
    if (kind === this.#logKind) return
    if (this.#logKind === 'recording') this.#ledger.log_outages++
    this.#logKind = kind
    const text = kind === 'recording' ? 'the log is being written again' : reason
    this.#listener.event('log', text, this.#host.nowUs())
  }

  #clockNotice(notice: ClockNotice, frame: SampleFrame): void {
    const { kind } = notice
    // The only sign of a restart where the device numbers nothing.
    if (kind === 'restarted' && frame.seq === null) {
      this.#newBoot(null)
      return
    }
    // What lies between two times that a step parts was not measured: nothing is integrated over it.
    const isStep = kind === 'restarted' || kind === 'stepped' || kind === 'host_stepped'
    if (isStep) this.#runs.end()
    const text = clockText(notice, frame)
    if (kind === 'unset' || kind === 'unstamped') this.#reportOnce('clock', kind, text)
    else this.#report('clock', text)
  }

  #unnumbered(why: string): void {
    if (this.unnumbered) return
    this.unnumbered = true
    this.#report('unnumbered', `${why}: no loss can be detected`)
  }

  /** @param what of which it is reported once a run */
  #reportOnce(kind: string, what: string, text: string): void {
    if (this.#reported.has(what)) return
    this.#reported.add(what)
    this.#report(kind, text)
  }

  #report(kind: string, text: string): void {
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
    this.#isPaused = true
    source.pause()
    void log.drained().then(() => source.resume())
  }
}
