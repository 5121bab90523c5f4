import type { Trace } from '../chart/trace.ts'
import type { Burst } from '../domain/burst.ts'
import { hasBatteryAndPanel } from '../domain/energy-store.ts'
import { mainFirst } from '../domain/main-channels.ts'
import { cleanText } from '../domain/sample.ts'
import type { SinkStatus } from '../domain/sink-status.ts'
import type { LogClient } from '../storage/client/log.ts'
import type { LogHistory } from '../storage/client/log-history.ts'
import type { DeviceStream } from '../stream/device-stream.ts'
import { InaError } from '../util/errors.ts'
import type { AlarmWatch } from './alarm-watch.ts'
import { deviceAt } from './device-at.ts'
import { fullScaleOf } from './device-state.ts'
import { EnergyProvider } from './energy-provider.ts'
import { FindProvider } from './find-provider.ts'
import type { Hub, HubDevice } from './hub.ts'
import { plcsOf, pollingWords } from './polling.ts'
import { relayDevice } from './relay-device.ts'
import { sendWords } from './send-words.ts'
import type { SensorWatch } from './sensor-watch.ts'
import { orderSimulator } from './simulators.ts'
import { StatisticsProvider } from './statistics-provider.ts'
import { oldestUsOf, TraceProvider } from './trace-provider.ts'
import {
  type AlarmCount,
  type DeviceBrief,
  type DeviceNumber,
  type EnergyStoreView,
  type FaultLatch,
  type FindRequest,
  type Moment,
  type OutputsView,
  type Snapshot,
  type SourceView,
  type SpanStatistics,
  type StatisticsRequest,
  type TraceRequest,
  VIEW_VERSION,
  type View,
  type ViewControl,
} from './view.ts'

export interface LocalViewOptions {
  readonly hub: Hub
  /** null with `--no-log` */
  readonly log: LogClient | null
  /** Reads the same log; null with `--no-log` */
  readonly history: LogHistory | null
  /** null: there are no rules */
  readonly alarms?: AlarmWatch | null
  /** Absent: nobody follows what the sensors can't measure. */
  readonly sensors?: SensorWatch
  /** Absent: there are none. */
  readonly sinks?: () => readonly SinkStatus[]
  /** Contract: `--energy-store`, its label; absent or null: the run has none. */
  readonly energyStore?: string | null
}

/** What makes alarms. */
const RULES_HINT = 'rules come from --limit and --alarm'

const NO_ALARMS: AlarmCount = { active: 0, raised: 0 }

/** The view of a monitor in this process; from when it is made on, all devices keep what it may be asked for. */
export class LocalView implements View {
  readonly #hub: Hub
  readonly #log: LogClient | null
  readonly #history: LogHistory | null
  readonly #traces: TraceProvider
  readonly #statistics: StatisticsProvider
  readonly #finds: FindProvider
  /** null: there is no log */
  readonly #energy: EnergyProvider | null
  readonly #alarms: AlarmWatch | null
  readonly #sensors: SensorWatch | null
  readonly #sinks: () => readonly SinkStatus[]
  readonly #storeName: string | null

  constructor({ hub, log, history, alarms, sensors, sinks, energyStore }: LocalViewOptions) {
    this.#hub = hub
    this.#log = log
    this.#history = history
    this.#traces = new TraceProvider(history, (device) => this.#isAllHeld(device))
    this.#statistics = new StatisticsProvider(history)
    this.#finds = new FindProvider(history)
    this.#energy = history && new EnergyProvider(hub, history)
    this.#alarms = alarms ?? null
    this.#sensors = sensors ?? null
    this.#sinks = sinks ?? (() => [])
    this.#storeName = energyStore ?? null
    hub.keepForView()
  }

  async snapshot(number: DeviceNumber): Promise<Snapshot> {
    const device = this.#device(number)
    const { stream, state } = device
    const nowUs = stream.nowUs()
    const { newest, channels } = state
    const memory = state.keepForView()
    const sampleUs = newest?.sample.timeUs ?? null
    return {
      version: VIEW_VERSION,
      of: 'monitor',
      nowUs,
      devices: this.#hub.devices.map((each) => this.#brief(each, nowUs)),
      number,
      device: stream.device,
      source: sourceView(device),
      channels: mainFirst(channels),
      sampleUs,
      values: state.values,
      valuesUs: state.valuesUs,
      status: newest?.sample.status ?? '',
      mode: newest?.mode ?? null,
      fullScale: fullScaleOf(stream.range),
      rate: state.rateAt(nowUs),
      lagMs: newest === null ? 0 : (newest.arrivalUs - newest.sample.timeUs) / 1000,
      delayMs: state.delayMs,
      ledger: this.#hub.ledgerOf(stream),
      log: this.#logView(),
      windows: memory.windows(sampleUs ?? nowUs),
      totals: state.totals,
      battery: state.battery,
      energyStore: this.#energyStore(device),
      cycles: sampleUs === null ? null : memory.cycles(sampleUs),
      startedUs: this.#hub.startedUs,
      oldestUs: oldestUsOf(memory.trace, this.#loggedFromUs(device)),
      alarms: this.#alarms?.views(number) ?? [],
      limits: this.#alarms?.limits(number) ?? [],
      latches: this.#latches(number),
      events: state.events,
      unnumbered: newest !== null && newest.sample.seq === null,
      ...outputsView(stream),
      calibration: stream.calibration,
      plcs: plcsOf(this.#hub),
      sinks: this.#sinks(),
    }
  }

  async trace(request: TraceRequest): Promise<Trace> {
    return this.#traces.trace(this.#device(request.device), request)
  }

  async statistics({ device, span }: StatisticsRequest): Promise<SpanStatistics> {
    return this.#statistics.statistics(this.#device(device), span)
  }

  async find({ device, ...wish }: FindRequest): Promise<Moment | null> {
    return this.#finds.find(this.#device(device), wish)
  }

  async burst(number: DeviceNumber): Promise<Burst | null> {
    const { stream, state } = this.#device(number)
    // Of an earlier run.
    return state.burst ?? (await this.#history?.burst(stream.device)) ?? null
  }

  async control(control: ViewControl): Promise<string> {
    const { number } = this.#device(control.device)
    switch (control.kind) {
      case 'totals_reset':
        this.#hub.resetTotals(number)
        return 'charge and energy start again at 0'
      case 'alarm_ack':
        return this.#acknowledge(number, control.name)
      case 'alarm_snooze':
        return this.#snooze(number, control.name, control.minutes)
      case 'mark':
        this.#mark(number, cleanText(control.text), control.timeUs)
        return `marked: ${cleanText(control.text)}`
      case 'send':
        return sendWords(this.#hub, number, control.words)
      case 'polling':
        return pollingWords(this.#hub, control.order, control.group)
      case 'simulator':
        return orderSimulator(this.#hub, this.#device(number), control.order)
    }
  }

  /** The log began with this run, of which memory has all so far. */
  #isAllHeld({ stream, state }: HubDevice): boolean {
    const isNew = this.#log !== null && this.#log.oldestUs(stream.device) === null
    return isNew && state.keepForView().isWhole
  }

  #energyStore(device: HubDevice): EnergyStoreView | null {
    const { channels, soc, capacity } = device.state
    if (!hasBatteryAndPanel(channels)) return null
    const stored = soc === null || capacity === null ? null : (soc / 100) * capacity.capacity
    const capacityMwh = capacity?.unit === 'mWh' ? capacity.capacity : null
    const balances = this.#energy === null ? [] : this.#energy.balances(device, capacityMwh)
    return { soc, capacity, stored, balances, relays: this.#relays(device) }
  }

  /** A channel alone makes no device the owner of relays elsewhere: it has to be the energy store of the run. */
  #relays(store: HubDevice): EnergyStoreView['relays'] {
    if (store.stream.device !== this.#storeName) return null
    const own = relayDevice(this.#hub.devices, store)
    if (own === null || own === store) return null
    const { number, stream } = own
    return { number, device: stream.device, ...outputsView(stream) }
  }

  /** What concerns all devices is with the one in full. */
  #latches(number: DeviceNumber): readonly FaultLatch[] {
    const log = this.#hub.logTrouble.latch
    return [...(log === null ? [] : [log]), ...(this.#sensors?.latches(number) ?? [])]
  }

  #acknowledge(number: DeviceNumber, name: string | null): string {
    const alarms = this.#alarmsOf(number, name)?.acknowledge(number, name) ?? 0
    if (name !== null) {
      return alarms > 0
        ? `alarm '${name}' acknowledged`
        : `alarm '${name}' is not raised: there is nothing to acknowledge`
    }
    const faults = this.#sensors?.acknowledge(number) ?? 0
    const isLog = this.#hub.logTrouble.acknowledge()
    const done = [
      ...(alarms > 0 ? [countOf(alarms, 'alarm')] : []),
      ...(faults > 0 ? [countOf(faults, 'fault of the sensor', 'faults of the sensor')] : []),
      ...(isLog ? ['that the log was not written'] : []),
    ]
    if (done.length > 0) return `acknowledged: ${done.join(', ')}`
    return 'nothing to acknowledge: no alarm is raised, and sensor and log had no fault'
  }

  #snooze(number: DeviceNumber, name: string | null, minutes: number): string {
    const count = this.#alarmsOf(number, name)?.snooze(number, name, minutes) ?? 0
    if (count === 0) {
      throw new InaError(
        'usage_invalid',
        `${this.#device(number).stream.device} has no alarms to snooze`,
        RULES_HINT,
      )
    }
    const what = name === null ? countOf(count, 'alarm') : `alarm '${name}'`
    return `${what} snoozed for ${minutes} min`
  }

  /** @throws InaError usage_invalid: there are no rules, so none of that name */
  #alarmsOf(number: DeviceNumber, name: string | null): AlarmWatch | null {
    if (this.#alarms !== null || name === null) return this.#alarms
    const { device } = this.#device(number).stream
    throw new InaError('usage_invalid', `${device} has no alarm '${name}'`, RULES_HINT)
  }

  #mark(number: DeviceNumber, text: string, timeUs: number | null): void {
    const { stream } = this.#device(number)
    if (timeUs === null) stream.report('marker', text)
    else stream.report('marker', text, Math.round(timeUs))
  }

  #device(number: DeviceNumber): HubDevice {
    return deviceAt(this.#hub.devices, number)
  }

  #brief(device: HubDevice, nowUs: number): DeviceBrief {
    const { number, stream, state } = device
    const isNow = state.valuesUs === (state.newest?.sample.timeUs ?? null)
    return {
      number,
      device: stream.device,
      source: sourceView(device),
      values: isNow ? state.values : null,
      channels: mainFirst(state.channels),
      rate: state.rateAt(nowUs),
      lost: stream.ledger.lost,
      alarms: this.#alarms?.count(number) ?? NO_ALARMS,
      limits: this.#alarms?.limits(number) ?? [],
      latches: this.#sensors?.latches(number) ?? [],
    }
  }

  #loggedFromUs({ stream, state }: HubDevice): number | null {
    if (this.#log === null) return null
    return this.#log.oldestUs(stream.device) ?? state.keepForView().oldestUs
  }

  #logView(): Snapshot['log'] {
    if (this.#log === null) return null
    const { bytesAtRetention } = this.#hub
    return { ...this.#log.state, file: this.#log.file, bytesAtRetention }
  }
}

function outputsView({ outputs, unconfirmed, hasVirtualOutputs }: DeviceStream): OutputsView {
  return { outputs, unconfirmed, hasVirtualOutputs }
}

function sourceView({ stream, state }: HubDevice): SourceView {
  const { label, simulator, standsFor } = stream.source
  const { armed } = stream
  const seen = {
    label,
    ...state.source,
    ...(stream.isVirtual ? { isVirtual: true } : {}),
    ...(armed === null ? {} : { armed }),
  }
  if (simulator === undefined) return seen
  const { isRunning } = simulator
  const made = standsFor === undefined ? { isRunning } : { isRunning, standsFor }
  return { ...seen, simulator: made }
}

/** `1 alarm`, `3 alarms`. */
function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
