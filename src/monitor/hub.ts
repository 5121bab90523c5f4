import { keptValues } from '../domain/detail.ts'
import type { StreamEvent } from '../domain/events.ts'
import type { Command } from '../protocol/link/commands.ts'
import type { SourceState } from '../sources/source.ts'
import { type BatterySetting, batteryMembers } from '../stats/battery.ts'
import { totalsText } from '../stats/totals-text.ts'
import type { DeviceLog, LogClient, LogState, TotalsRequest } from '../storage/client/log.ts'
import { DeviceStream, type DeviceStreamOptions } from '../stream/device-stream.ts'
import { type Ledger, type RunLedger, runLedger } from '../stream/ledger.ts'
import type { StreamListener } from '../stream/stream-listener.ts'
import type { Clock } from '../util/clock.ts'
import { Bus } from './bus.ts'
import { DeviceState } from './device-state.ts'
import type { KeptTotals } from './kept-totals.ts'
import { LogTrouble } from './log-trouble.ts'
import { pollSums } from './poll-sums.ts'
import { isOff, standDown } from './simulators.ts'
import type { DeviceNumber } from './view.ts'

/** How long the end of a run waits at most for samples that are being sent again. */
const SETTLE_MS = 1000

/** One device of the hub. */
export interface HubDevice {
  readonly number: DeviceNumber
  readonly stream: DeviceStream
  readonly state: DeviceState
  /** Its side of the bus. */
  readonly publisher: StreamListener
}

export interface HubOptions {
  readonly clock: Clock
  /** null with `--no-log` */
  readonly log: LogClient | null
  /** One a device, in order of their numbers. */
  readonly streams: readonly DeviceStreamOptions[]
  /** Contract: `--battery`, by number of the device; absent or null: none. */
  readonly batteries?: readonly (BatterySetting | null)[]
  /** Contract: `--keep-totals`; absent or null: the totals of each device begin with the run. */
  readonly keptTotals?: KeptTotals | null
}

/**
 * The running monitor: N streams, each with its state, and the bus that
 * all of them publish to. Never draws and never touches the disk. A trouble of one device
 * never disturbs another.
 */
export class Hub {
  readonly bus = new Bus()
  readonly devices: readonly HubDevice[]
  readonly startedUs: number
  readonly clock: Clock
  readonly #log: LogClient | null
  readonly #keptTotals: KeptTotals | null
  #logKind: LogState['kind'] = 'recording'
  /** That it was not written, until somebody has taken notice. */
  readonly logTrouble = new LogTrouble()
  #logOutages = 0
  /** For what concerns none of the devices. */
  #spare: DeviceLog | null = null
  /** Ends the wait of `settle` once there is nothing to wait for; null: nobody waits. */
  #settling: (() => void) | null = null

  constructor({ clock, log, streams, batteries = [], keptTotals = null }: HubOptions) {
    this.clock = clock
    this.#log = log
    this.#keptTotals = keptTotals
    const nowUs = Math.round(clock.wallMs() * 1000)
    this.startedUs = nowUs
    const states = streams.map(({ source, channels }, number) => {
      const battery = batteries[number] ?? null
      // Who posts samples was said to measure them; of a board nobody knows before it has spoken.
      const expected = source.inbox === undefined ? [] : channels
      const isInParts = source.polling !== undefined
      // What is posted under the label of a virtual store has a battery of its own, of a size that it alone knows.
      const isOfBattery = (): boolean => {
        return source.standsFor === undefined || source.simulator?.isRunning === true
      }
      return new DeviceState(nowUs, { battery, isOfBattery, expected, isInParts })
    })
    // Before all others: whoever asks for a snapshot in a call of the bus finds it up to date.
    this.bus.subscribe({
      sample: (number, sample, arrivalUs, mode) => {
        const device = this.devices[number] as HubDevice
        if (sample.origin !== 'late') keptTotals?.follow(device, sample.timeUs)
        device.state.sample(sample, arrivalUs, mode)
      },
      channel: (number, channel) => states[number]?.channel(channel),
      event: (number, event) => states[number]?.event(event),
      burst: (number, burst) => states[number]?.burstCame(burst),
      sourceState: (number, state, reason) => {
        states[number]?.sourceState(state, reason)
        const device = this.devices[number]
        if (state === 'live' && device !== undefined) standDown(this.devices, device)
        if (reason !== '') this.#sourceEvent(number, state, reason)
      },
      ended: (number, reason) => {
        const state = states[number]
        // A source that says more of it has done so before.
        if (reason !== 'source' || state?.source.state === 'ended') return
        state?.sourceState('ended', 'end of input')
      },
    })
    this.devices = streams.map((options, number) => {
      const publisher = this.bus.publisher(number)
      const stream = new DeviceStream(options, publisher)
      return { number, stream, state: states[number] as DeviceState, publisher }
    })
    log?.onState((state) => this.#logState(state))
    log?.onTotalsRequest((request) => this.#totalsRequest(request))
    // Already in the log, which made them.
    log?.onEvent(({ device, timeUs, kind, detail }) => {
      const own = this.devices.filter(({ stream }) => stream.device === device)
      // Of an earlier label, or of a run before: worth a look wherever one looks.
      for (const { publisher } of own.length > 0 ? own : this.devices) {
        publisher.event({ timeUs, kind, text: detail })
      }
    })
  }

  /** Devices whose start may fail come first: where one does, nothing of the others has been read. */
  start(): void {
    const isFirst = ({ stream }: HubDevice): boolean => stream.source.mayFail
    const opening = new Set(this.devices.filter(isFirst).map(({ number }) => number))
    const startOthers = (): void => {
      for (const device of this.devices) if (!isFirst(device)) device.stream.start()
    }
    if (opening.size === 0) {
      startOthers()
      return
    }
    const leave = this.bus.subscribe({
      sourceState: (number, state) => {
        if (state === 'opening' || !opening.delete(number) || opening.size > 0) return
        leave()
        startOthers()
      },
    })
    for (const number of [...opening]) this.devices[number]?.stream.start()
  }

  /** Of all devices, from now on: what a view may ask for later, when there may be no log to ask. */
  keepForView(): void {
    for (const { state } of this.devices) state.keepForView()
  }

  /** Timers of the streams; call about every 50 ms while something `isWaiting`, else a few times a second. */
  tick(): void {
    for (const { stream } of this.devices) stream.tick()
    this.#settling?.()
  }

  /** True: the next tick is to come soon, since its time decides something. */
  get isWaiting(): boolean {
    return this.#settling !== null || this.devices.some(({ stream }) => stream.isWaiting)
  }

  /**
   * Waits a moment for samples that are being sent again, and for devices that get
   * their own mode back: an end just now would lose them. `tick` has to go on meanwhile, since it is what ends the wait.
   */
  settle(): Promise<void> {
    const endMs = this.clock.monoMs() + SETTLE_MS
    for (const { stream } of this.devices) stream.release()
    return new Promise((resolve) => {
      this.#settling = () => {
        const isSettling = this.devices.some(({ stream }) => stream.isSettling)
        if (isSettling && this.clock.monoMs() < endMs) return
        this.#settling = null
        resolve()
      }
      this.#settling()
    })
  }

  /** Closes the sources. */
  async stop(): Promise<void> {
    await Promise.all(this.devices.map(({ stream }) => stream.stop()))
  }

  /** Hands on what still waits, before the log is closed. */
  finish(): void {
    for (const { stream } of this.devices) stream.finish()
  }

  /** Resolves when all samples until now are in the log, or can't be at the moment. */
  async committed(): Promise<void> {
    await this.#log?.committed()
  }

  /** Samples go to the log as they come. */
  get isLogWritten(): boolean {
    return this.#logKind === 'recording'
  }

  /** Sends a command to a device; how it ended is an event. */
  command(number: DeviceNumber, command: Command): void {
    this.devices[number]?.stream.command(command)
  }

  /** Begins the totals of a device again at 0; what they were is an event. Without effect before its first sample. */
  resetTotals(number: DeviceNumber): void {
    const device = this.devices[number]
    if (device === undefined || device.state.newest === null) return
    const { sinceUs, elapsedS, ...totals } = device.state.totals
    device.state.resetTotals()
    const text = `reset: ${totalsText(totals, sinceUs, elapsedS)}`
    // At the newest sample: those behind it count, in the log, too.
    device.stream.report('totals', text, device.state.totals.sinceUs)
  }

  /** All sources are over. */
  get isOver(): boolean {
    return this.devices.every(({ state }) => state.source.state === 'ended')
  }

  /** What the log will take once it is full, at the rates of the newest samples; null: no log, or no rate that is known. */
  get bytesAtRetention(): number | null {
    let samples = 0
    let values = 0
    for (const { state, stream } of this.devices) {
      if (state.usualRate > 0 && !stream.isPaced) return null
      samples += state.usualRate
      const { extras = null, detail = null } = state.newest?.sample ?? {}
      values += state.usualRate * Object.keys(keptValues(extras, detail) ?? {}).length
    }
    if (this.#log === null || samples === 0) return null
    return this.#log.bytesAtRetention(samples, values)
  }

  get ledger(): RunLedger {
    // One that was offered, and never begun, is none of the run.
    const devices = this.devices.filter((each) => !isOff(each) || each.state.newest !== null)
    return runLedger(
      devices.map(({ stream, state }) => ({
        device: stream.device,
        ...this.ledgerOf(stream),
        ...(state.battery === null ? {} : { battery: batteryMembers(state.battery) }),
        ...(stream.source.polling && { polling: pollSums(stream.source.polling) }),
      })),
    )
  }

  ledgerOf(stream: DeviceStream): Ledger {
    const log = this.#log?.state
    return { ...stream.ledger, log_state: log?.kind ?? 'off', log_outages: this.#logOutages }
  }

  /** Reported to all devices; the log itself remembers why it took nothing once it does again. */
  #logState(state: LogState): void {
    const { kind, reason } = state
    this.logTrouble.note(state, this.clock.wallMs() * 1000)
    if (kind === this.#logKind) return
    if (this.#logKind === 'recording') this.#logOutages++
    this.#logKind = kind
    const text = kind === 'recording' ? 'the log is being written again' : reason
    for (const { number } of this.devices) this.#event(number, { kind: 'log', text })
  }

  /** Another process asks; the device may be one of an earlier run. */
  #totalsRequest({ device, newestUs, detail }: TotalsRequest): void {
    this.#keptTotals?.reset(device, newestUs)
    const own = this.devices.filter(({ stream, state }) => {
      return stream.device === device && state.newest !== null
    })
    for (const { number } of own) this.resetTotals(number)
    if (own.length > 0) return
    this.#spare ??= this.#log?.forDevice() ?? null
    this.#spare?.event({ timeUs: newestUs, device, kind: 'totals', detail })
  }

  /** That a device has gone stays on record; of one that has not measured yet, nobody knows its name. */
  #sourceEvent(number: DeviceNumber, state: SourceState, reason: string): void {
    const device = this.devices[number]
    const isGone = state === 'silent' || state === 'waiting'
    if (isGone && device?.state.newest) device.stream.report(state, reason)
    else this.#event(number, { kind: state, text: reason })
  }

  #event(number: DeviceNumber, event: Omit<StreamEvent, 'timeUs'>): void {
    const device = this.devices[number]
    device?.publisher.event({ timeUs: device.stream.nowUs(), ...event })
  }
}
