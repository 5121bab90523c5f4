import { type Calibration, calibrationText } from '../domain/calibration.ts'
import type { ChannelSetting } from '../domain/channels.ts'
import type { EventKind } from '../domain/events.ts'
import type { DeviceRange } from '../domain/limits.ts'
import type { Outputs } from '../domain/outputs.ts'
import { isVirtualMode } from '../domain/virtual.ts'
import type { Frame } from '../protocol/frames.ts'
import type { Command } from '../protocol/link/commands.ts'
import { Link } from '../protocol/link/link.ts'
import type { LinkEvent } from '../protocol/link/link-event.ts'
import type { Source, SourceSink } from '../sources/source.ts'
import type { DeviceLog, LoggedRun } from '../storage/client/log.ts'
import type { Clock } from '../util/clock.ts'
import { formatDuration } from '../util/duration.ts'
import { HostTime } from '../util/host-time.ts'
import { Backpressure, type Congestion } from './backpressure.ts'
import type { Answer, Asked } from './carry-out.ts'
import { ChannelList } from './channel-list.ts'
import { DeviceCommands } from './device-commands.ts'
import { DeviceRuns } from './device-runs.ts'
import { EventReport } from './event-report.ts'
import { HelloReport } from './hello-report.ts'
import { Intake } from './intake.ts'
import type { Labels } from './labels.ts'
import { emptyLedger, type Ledger } from './ledger.ts'
import { LinkOutcomes } from './link-outcomes.ts'
import { Poller } from './poller.ts'
import { Recorder } from './recorder.ts'
import type { SampleLimit } from './sample-limit.ts'
import { SourceReport } from './source-report.ts'
import type { StreamListener } from './stream-listener.ts'
import { SwitchedOutputs } from './switched-outputs.ts'
import { Timeline } from './timeline.ts'
import { TriggerReport } from './trigger-report.ts'

export interface DeviceStreamOptions {
  readonly source: Source
  /** null with `--no-log` */
  readonly log: DeviceLog | null
  /** Runs that earlier runs of the host have logged. */
  readonly loggedRuns: readonly LoggedRun[]
  /** Whether the log has samples under a label. */
  readonly isLogged: (label: string) => boolean
  readonly clock: Clock
  /** Contract: `--keep-time`. */
  readonly keepTime: boolean
  /** Contract: `--device`; null: what the device says of itself, else the source's label. */
  readonly device: string | null
  /** Replaces what the device says of its range, V and A. */
  readonly range: Partial<DeviceRange>
  /** Contract: `--channel`. */
  readonly channels: readonly ChannelSetting[]
  /** What the host applies to each sample; null: nothing */
  readonly calibration: Calibration | null
  /** Contract: `--poll`, ms from one request to the next; null: the device streams */
  readonly pollMs: number | null
  /** Shared by all devices of a run. */
  readonly labels: Labels
  /** Contract: `--count`; shared by all devices of a run. */
  readonly limit: SampleLimit
  /** What a source that can wait waits for: the disk, a slow reader of the output. */
  readonly congestion: readonly Congestion[]
}

/**
 * One device, from frames to samples: frames of the source → intake → link, and on by
 * `LinkOutcomes` → timeline → recorder, with the ledger of it all. Knows no screen and no timer.
 */
export class DeviceStream implements Asked {
  readonly #options: DeviceStreamOptions
  readonly #listener: StreamListener
  readonly #ledger: Ledger = emptyLedger()
  readonly #host: HostTime
  readonly #runs: DeviceRuns
  readonly #events: EventReport
  readonly #intake: Intake
  readonly #channels: ChannelList
  readonly #link: Link
  readonly #timeline: Timeline
  readonly #recorder: Recorder
  readonly #commands: DeviceCommands
  readonly #said: HelloReport
  readonly #outputs: SwitchedOutputs
  readonly #trigger: TriggerReport
  /** null: the device streams */
  readonly #poller: Poller | null
  readonly #sourceReport: SourceReport
  readonly #backpressure: Backpressure
  readonly #outcomes: LinkOutcomes
  readonly #startMs: number
  #wasConnected = false
  #saysVirtual = false
  /** When the newest line came, Unix µs. */
  #arrivalUs = 0

  constructor(options: DeviceStreamOptions, listener: StreamListener) {
    const { source, log, clock, limit } = options
    const isExact = source.isExact === true
    this.#options = options
    this.#listener = listener
    this.#startMs = clock.monoMs()
    this.#host = new HostTime(clock, (byMs) => {
      const by = formatDuration(Math.abs(byMs))
      if (byMs > 0) this.#timeline.hostStepped(byMs * 1000)
      this.#events.report('clock', `host clock set ${byMs > 0 ? 'forward' : 'back'} by ${by}`)
    })
    this.#runs = new DeviceRuns({ ...options, sourceLabel: source.label })
    const label = (): string => this.#runs.label
    this.#events = new EventReport({ listener, log, device: label, nowUs: () => this.#eventUs })
    this.#outputs = new SwitchedOutputs(this.#events, () => listener.outputs())
    this.#trigger = new TriggerReport({
      events: this.#events,
      timeOf: (stamp, hostUs) => this.#timeline.timeOf(stamp, hostUs),
      burst: (burst) => {
        listener.burst(burst)
        log?.burst({ ...burst, device: this.#runs.label })
      },
    })
    this.#said = new HelloReport(this.#events, this.#runs, this.#outputs)
    this.#intake = new Intake(this.#ledger, this.#events, isExact)
    this.#commands = new DeviceCommands({
      events: this.#events,
      outputs: this.#outputs,
      trigger: this.#trigger,
      firmware: () => this.#said.firmware,
      send: (id, command, maxTries) => {
        this.#follow(this.#link.command(id, command, this.#nowMs, maxTries))
      },
    })
    this.#backpressure = new Backpressure(source, options.congestion)
    this.#channels = new ChannelList({
      settings: options.channels,
      listener,
      log,
      events: this.#events,
      device: label,
    })
    this.#recorder = new Recorder({
      ledger: this.#ledger,
      runs: this.#runs,
      events: this.#events,
      channels: this.#channels,
      limit,
      listener,
      log,
      range: options.range,
      calibration: options.calibration,
      clockSnapshot: () => this.#timeline.snapshot(),
    })
    this.#timeline = new Timeline(
      { keepTime: options.keepTime, live: source.live, isExact },
      (entry, timeUs, notice) => this.#recorder.place(entry, timeUs, notice),
    )
    this.#link = new Link({
      duplex: source.duplex,
      isExact,
      bytesPerSecond: source.bytesPerSecond,
      // In ms: a run that follows at once must not seem to repeat the commands of the one before.
      firstCommandSeq: Math.floor(clock.wallMs()),
      ...this.#runs.resumeOptions,
    })
    this.#poller = options.pollMs === null ? null : this.#makePoller(options.pollMs)
    this.#sourceReport = new SourceReport(listener, this.#poller)
    this.#outcomes = new LinkOutcomes({
      source,
      ledger: this.#ledger,
      timeline: this.#timeline,
      recorder: this.#recorder,
      runs: this.#runs,
      commands: this.#commands,
      said: this.#said,
      outputs: this.#outputs,
      trigger: this.#trigger,
      poller: this.#poller,
      nowMs: () => this.#nowMs,
      eventUs: () => this.#eventUs,
    })
    log?.onCommitted((epochId, seq) => {
      if (epochId === this.#runs.epoch?.id) this.#follow(this.#link.durable(seq))
    })
  }

  start(): void {
    this.#options.source.start(this.#sink)
  }

  /** Timers of link and timeline; call about every 50 ms while something `isWaiting`, else a few times a second. */
  tick(): void {
    this.#follow(this.#link.tick(this.#nowMs))
    this.#poller?.tick(this.#nowMs)
    this.#sourceReport.tick()
    if (!this.#backpressure.isPaused) this.#timeline.tick(this.#host.nowUs())
  }

  /** Sends a command to the device, as soon as it listens; how it ended is an event. */
  command(command: Command): void {
    this.#commands.send(command)
  }

  /** Sends one to which the caller waits for the answer; where the device is away, until it is back. */
  ask(command: Command): Promise<Answer> {
    return this.#commands.ask(command)
  }

  /**
   * Puts an event of this device on record: shown, and in the log.
   *
   * @param timeUs when it happened, Unix µs; absent: now
   */
  report(kind: EventKind, text: string, timeUs?: number): void {
    this.#events.report(kind, text, timeUs)
  }

  /** False: samples come through a pipe without times, as fast as it may be: their rate is not the device's. */
  get isPaced(): boolean {
    const { live } = this.#options.source
    return live || this.#outcomes.isStamped
  }

  /** True: something waits for an answer or for its time, or samples are asked for by the clock. */
  get isWaiting(): boolean {
    const isPolled = this.#poller?.isWaiting === true
    return isPolled || this.#link.isWaiting || this.#timeline.held !== null
  }

  /** True: lost samples are being asked for. */
  get isHealing(): boolean {
    return this.#link.busy && !this.#options.limit.isReached
  }

  /** Before the end: the device gets back what it was lent. `isSettling` says when it has. */
  release(): void {
    this.#poller?.leave()
  }

  /** True: an end just now would lose samples, or leave the device in a mode that is not its own. */
  get isSettling(): boolean {
    return this.isHealing || this.#poller?.isLeaving === true
  }

  /** Ends the stream: what waits is handed on, what is missing is on record. */
  finish(): void {
    this.#follow(this.#link.finish())
    this.#timeline.end()
    this.#recorder.end(this.#eventUs)
  }

  stop(): Promise<void> {
    return this.#options.source.stop()
  }

  nowUs(): number {
    return this.#host.nowUs()
  }

  /** As it stands; what it says of the log is for the hub to add. */
  get ledger(): Ledger {
    const seconds = Math.round(this.#nowMs - this.#startMs) / 1000
    return { ...this.#ledger, logged: this.#options.log?.logged ?? 0, seconds }
  }

  get range(): DeviceRange {
    return this.#recorder.range
  }

  get firmware(): string | null {
    return this.#said.firmware
  }

  get device(): string {
    return this.#runs.label
  }

  /** Boot number of the run under way; null: the device does not say, or there is none yet. */
  get boot(): number | null {
    return this.#runs.epoch?.boot ?? null
  }

  get source(): Source {
    return this.#options.source
  }

  /** The device's switched outputs as it has last said; null: it has said nothing of any. */
  get outputs(): Outputs | null {
    return this.#outputs.states
  }

  /** What was asked of outputs, whoever asked, and is not reported so; such an output is as `outputs` has it. */
  get unconfirmed(): Outputs {
    return this.#outputs.unconfirmed
  }

  /** It is made up: a simulator of this run, or one elsewhere that says so in the mode of `hello` or of its newest sample. */
  get isVirtual(): boolean {
    return this.#options.source.simulator !== undefined || this.#saysVirtual
  }

  /** Nothing is really switched. */
  get hasVirtualOutputs(): boolean {
    return this.#options.source.hasVirtualOutputs === true || this.isVirtual
  }

  /** It waits for its trigger, or sends what came of it: no samples until it is done. */
  get isArmed(): boolean {
    return this.#outcomes.isArmed
  }

  /** What the device waits for, in words, while it measures nothing else; empty: that is not known; null: it is not armed. */
  get armed(): string | null {
    return this.#trigger.armed
  }

  /** Why the device does not say how its outputs are, in words; empty: it does, as far as it has any. */
  get outputsTrouble(): string {
    return this.#options.source.outputsTrouble ?? ''
  }

  /** What is applied to the readings, by host or device, in words; empty: nothing. */
  get calibration(): string {
    const { calibration } = this.#options
    const byHost = calibration === null ? '' : calibrationText(calibration)
    const byDevice = this.#said.applied === '' ? '' : `device ${this.#said.applied}`
    return [byDevice, byHost].filter((each) => each !== '').join(', ')
  }

  get #nowMs(): number {
    return this.#options.clock.monoMs()
  }

  /** In a stream that is piped in, perhaps an old one, an event stands where it happened. */
  get #eventUs(): number {
    const { lastUs } = this.#recorder
    const isPiped = !this.#options.source.live && lastUs > 0
    return isPiped ? lastUs : this.#host.nowUs()
  }

  readonly #sink: SourceSink = {
    frame: (frame, origin) => this.#frame(frame, origin?.ageMs ?? 0),
    format: (text, isChange) => this.#format(text, isChange),
    unit: (channel, unit) => this.#channels.useUnit(channel, unit),
    bytes: (count) => {
      this.#ledger.bytes += count
      this.#backpressure.check()
    },
    state: (state, reason) => {
      if (state === 'waiting') this.#disconnected()
      this.#sourceReport.says(state, reason)
    },
    gap: () => this.#runs.end(),
    event: (kind, text, about) => this.#events.report(kind, text, undefined, about),
    connected: () => this.#connected(),
    ended: () => {
      this.finish()
      this.#listener.ended('source')
    },
    failed: (error) => this.#listener.failed(error),
  }

  /** @param ageMs how long ago the line came, where it had to wait for others */
  #frame(received: Frame, ageMs: number): void {
    // After the last sample, a device that is to get its mode back still answers.
    const isOver = this.#options.limit.isReached
    if (isOver && (received.kind === 'sample' || this.#poller === null)) return
    const frame = this.#intake.take(received)
    const nowUs = this.#host.nowUs()
    // Never before one that came before it.
    const arrivalUs =
      ageMs === 0 ? nowUs : Math.max(this.#arrivalUs, Math.round(nowUs - ageMs * 1000))
    this.#arrivalUs = arrivalUs
    if (frame.kind === 'note') this.#events.report('note', frame.message)
    else if (frame.kind === 'outputs') this.#outputs.reported(frame.outputs)
    else if (frame.kind === 'hello') {
      // Other modes of `hello` are about polling.
      if (isVirtualMode(frame.mode)) this.#saysVirtual = true
      this.#commands.heard(frame)
    } else if (frame.kind === 'sample' && !frame.resend) {
      this.#saysVirtual = isVirtualMode(frame.mode)
      this.#outcomes.heard(frame, arrivalUs)
      this.#commands.heard(frame)
    }
    this.#follow(this.#link.frame(frame, arrivalUs, this.#host.monoMs))
  }

  #disconnected(): void {
    this.#follow(this.#link.disconnected())
    this.#poller?.disconnected()
  }

  /** The lines are read in another way now, so that what was learned of those before says nothing. */
  #format(text: string, isChange: boolean): void {
    if (isChange) {
      this.#intake.connected()
      this.#follow(this.#link.finish())
      this.#outcomes.restarted(null)
    }
    this.#events.report('format', text)
  }

  #connected(): void {
    this.#intake.connected()
    this.#said.connected()
    this.#recorder.connected()
    if (this.#wasConnected) {
      this.#events.report('reconnect', `${this.#options.source.label} is back`)
    }
    this.#wasConnected = true
    this.#follow(this.#link.connected(this.#nowMs))
    this.#poller?.connected(this.#nowMs)
  }

  #makePoller(periodMs: number): Poller {
    return new Poller({
      periodMs,
      ledger: this.#ledger,
      events: this.#events,
      firmware: () => this.#said.firmware,
      send: (command, maxTries, done) => this.#commands.send(command, { maxTries, done }),
    })
  }

  #follow(events: readonly LinkEvent[]): void {
    this.#outcomes.follow(events)
  }
}
