import type { Alarm, AlarmEvent } from '../alarms/alarm.ts'
import { DeviceAlarms } from '../alarms/device-alarms.ts'
import { eventText } from '../alarms/event-text.ts'
import { type ChannelLimits, limitsOf } from '../alarms/limits.ts'
import { channelsIn, type Rule } from '../alarms/rule.ts'
import type { Sample } from '../domain/sample.ts'
import type { Anomaly } from '../stats/anomaly.ts'
import type { Clock } from '../util/clock.ts'
import { InaError } from '../util/errors.ts'
import { US_PER_MINUTE } from '../util/time-units.ts'
import type { BusSubscriber } from './bus.ts'
import type { Hub, HubDevice } from './hub.ts'
import type { AlarmCount, AlarmView, DeviceNumber } from './view.ts'

/** How long a sample may be under way before it counts as not there, ms. */
const UNDER_WAY_MS = 500
/**
 * Between two ticks this far apart, what has come may not have been read yet, ms: more than two of the run's,
 * which are 200 ms apart at most, and less than `UNDER_WAY_MS`.
 */
const LATE_TICK_MS = 450
/** A pipe whose newest sample is no further than this from the host's clock is live, µs. */
const LIVE_WITHIN_US = 2e6

/** After so many samples it is clear which channels a device has. */
const CHANNELS_KNOWN_AFTER = 20

/** The rules of one device. */
export interface DeviceRules {
  readonly rules: readonly Rule[]
  /** Unit of an extra channel; null: nobody said. */
  readonly channelUnit: (id: string) => string | null
}

/** Who hears what happens to alarms. @param isSnoozed nobody wants to be disturbed */
export type AlarmListener = (device: DeviceNumber, event: AlarmEvent, isSnoozed: boolean) => void

export interface AlarmWatchOptions {
  readonly hub: Hub
  readonly clock: Clock
  /** In order of the devices. */
  readonly devices: readonly DeviceRules[]
  readonly onEvent: AlarmListener
}

/**
 * The alarms of a run: gives the samples of the bus to those of their device, and
 * puts what happens on record at the time of the device. Notices a silence while it lasts.
 */
export class AlarmWatch implements BusSubscriber {
  readonly #clock: Clock
  readonly #devices: readonly WatchedDevice[]
  #tickMs: number

  constructor({ hub, clock, devices, onEvent }: AlarmWatchOptions) {
    this.#clock = clock
    this.#tickMs = clock.monoMs()
    this.#devices = hub.devices.map(
      (device) =>
        new WatchedDevice(device, devices[device.number] ?? NO_RULES, {
          startedUs: hub.startedUs,
          clock,
          onEvent,
        }),
    )
  }

  readonly sample = (number: DeviceNumber, sample: Sample, arrivalUs: number): void => {
    this.#devices[number]?.sample(sample, arrivalUs)
  }

  /** Comes before the sample that it was found with. */
  readonly anomaly = (number: DeviceNumber, channel: string, { score }: Anomaly): void => {
    this.#devices[number]?.anomaly(channel, Math.abs(score))
  }

  readonly lost = (number: DeviceNumber, count: number, fromUs: number, toUs: number): void => {
    this.#devices[number]?.alarms.lost(count, fromUs, toUs)
  }

  readonly clockSet = (number: DeviceNumber): void => {
    this.#devices[number]?.alarms.clockSet()
  }

  /** Looks for silence; call a few times a second. */
  tick(): void {
    const nowMs = this.#clock.monoMs()
    const isLate = nowMs - this.#tickMs > LATE_TICK_MS
    this.#tickMs = nowMs
    if (!isLate) for (const each of this.#devices) each.tick(nowMs)
  }

  /** In the order of the rules. */
  views(number: DeviceNumber): readonly AlarmView[] {
    return this.#devices[number]?.views() ?? []
  }

  /** Those that the rules of the device set. */
  limits(number: DeviceNumber): readonly ChannelLimits[] {
    return this.#devices[number]?.limits ?? []
  }

  count(number: DeviceNumber): AlarmCount {
    return this.#devices[number]?.count() ?? { active: 0, raised: 0 }
  }

  /**
   * Somebody has taken notice.
   *
   * @param name null: of all alarms of the device
   * @returns of how many: those that were raised or latched
   * @throws InaError usage_invalid: the device has no alarm of that name
   */
  acknowledge(number: DeviceNumber, name: string | null): number {
    return this.#devices[number]?.acknowledge(name) ?? 0
  }

  /**
   * No bell and no program for a while of the host's time; events stay on record.
   *
   * @returns how many alarms
   * @throws InaError usage_invalid: the device has no alarm of that name
   */
  snooze(number: DeviceNumber, name: string | null, minutes: number): number {
    return this.#devices[number]?.snooze(name, minutes) ?? 0
  }
}

const NO_RULES: DeviceRules = { rules: [], channelUnit: () => null }

interface WatchContext {
  /** Host time, Unix µs */
  readonly startedUs: number
  readonly clock: Clock
  readonly onEvent: AlarmListener
}

class WatchedDevice {
  readonly alarms: DeviceAlarms
  readonly limits: readonly ChannelLimits[]
  readonly #device: HubDevice
  readonly #context: WatchContext
  /** When the newest sample was handed on, monotonic ms. */
  #heardMs: number
  /** It was measured about when it came. */
  #isNow: boolean
  /** Host time, Unix µs, by name of the rule. */
  readonly #snoozedUntilUs = new Map<string, number>()
  /** Scores of those found with the sample to come, by channel. */
  #anomalies = new Map<string, number>()
  #raised = 0
  #samples = 0

  constructor(device: HubDevice, { rules, channelUnit }: DeviceRules, context: WatchContext) {
    this.#device = device
    this.#context = context
    this.#heardMs = context.clock.monoMs()
    // Also a pipe: only a sample says that it is from another time.
    this.#isNow = true
    this.limits = limitsOf(rules)
    const { state } = device
    this.alarms = new DeviceAlarms({
      rules,
      channelUnit,
      figures: {
        chargeMah: () => state.totals.chargeMah,
        energyMwh: () => state.totals.energyMwh,
        batteryPercent: () => state.battery?.percent ?? null,
      },
      onEvent: (event) => this.#report(event),
    })
  }

  anomaly(channel: string, score: number): void {
    this.#anomalies.set(channel, Math.max(score, this.#anomalies.get(channel) ?? 0))
  }

  sample(sample: Sample, arrivalUs: number): void {
    if (sample.origin !== 'late') {
      this.#heardMs = this.#context.clock.monoMs()
      const { live } = this.#device.stream.source
      this.#isNow = live || Math.abs(arrivalUs - sample.timeUs) < LIVE_WITHIN_US
    }
    this.alarms.sample(sample, this.#anomalies)
    if (this.#anomalies.size > 0) this.#anomalies = new Map()
    if (++this.#samples === CHANNELS_KNOWN_AFTER) this.#reportIdle()
  }

  /** A slip in the name of a channel is said once: such a rule would wait for ever. */
  #reportIdle(): void {
    const { stream, state } = this.#device
    const known = state.channels.map(({ id }) => id)
    for (const { rule } of this.alarms.alarms) {
      const missing = channelsIn(rule.when).find((id) => !known.includes(id))
      if (missing === undefined) continue
      const what = rule.name === rule.text ? rule.name : `${rule.name} (${rule.text})`
      const text = `${what}: no sample has had the channel '${missing}'; there are ${known.join(', ')}`
      stream.report('alarm_idle', text)
    }
  }

  tick(nowMs: number): void {
    const { stream, state } = this.#device
    // One that waits for its trigger has nothing else to say.
    if (stream.isArmed && state.source.state === 'live') this.#heardMs = nowMs
    // What is being asked for again holds back what is behind it; the end of an input is no silence.
    if (!this.#isNow || stream.isHealing || state.source.state === 'ended') return
    const quietUs = Math.round((nowMs - this.#heardMs - UNDER_WAY_MS) * 1000)
    const { lastUs } = this.alarms
    if (lastUs !== null) this.alarms.silentUntil(lastUs + quietUs)
    else {
      const { startedUs } = this.#context
      this.alarms.neverHeard(startedUs, startedUs + quietUs)
    }
  }

  views(): AlarmView[] {
    const nowUs = this.#nowUs
    return this.alarms.alarms.map(({ rule, status }) => {
      const { sinceUs, untilUs, firstUs } = status
      return {
        name: rule.name,
        rule: rule.text,
        limit: limitsOf([rule])[0] ?? null,
        ...status,
        durationUs: sinceUs === null ? null : Math.max(0, (untilUs ?? nowUs) - sinceUs),
        spanUs: firstUs === null ? null : Math.max(0, (untilUs ?? nowUs) - firstUs),
        snoozedMs: this.#snoozedMs(rule),
      }
    })
  }

  count(): AlarmCount {
    const isActive = ({ status: { state } }: Alarm): boolean =>
      state === 'on' || state === 'latched'
    const active = this.alarms.alarms.filter(isActive).length
    return { active, raised: this.#raised }
  }

  acknowledge(name: string | null): number {
    const timeUs = this.#nowUs
    const events = this.#called(name).flatMap((alarm) => alarm.acknowledge(timeUs) ?? [])
    for (const event of events) this.#report(event)
    return events.length
  }

  snooze(name: string | null, minutes: number): number {
    const untilUs = this.#device.stream.nowUs() + minutes * US_PER_MINUTE
    const called = this.#called(name)
    for (const { rule } of called) this.#snoozedUntilUs.set(rule.name, untilUs)
    return called.length
  }

  #called(name: string | null): DeviceAlarms['alarms'] {
    const { alarms } = this.alarms
    const called = name === null ? alarms : alarms.filter(({ rule }) => rule.name === name)
    if (called.length > 0 || name === null) return called
    const names = alarms.map(({ rule }) => rule.name).join(', ')
    throw new InaError(
      'usage_invalid',
      `${this.#device.stream.device} has no alarm '${name}'`,
      names === '' ? 'rules come from --limit and --alarm' : `there are: ${names}`,
    )
  }

  /** The time of the device: where a recording is read, that of its newest sample. */
  get #nowUs(): number {
    const { lastUs } = this.alarms
    if (lastUs === null) return this.#device.stream.nowUs()
    // After the end of an input nothing goes on.
    const isOver = this.#device.state.source.state === 'ended'
    const sinceMs = this.#isNow && !isOver ? this.#context.clock.monoMs() - this.#heardMs : 0
    return lastUs + Math.round(sinceMs * 1000)
  }

  #snoozedMs({ name }: Rule): number | null {
    const leftUs = (this.#snoozedUntilUs.get(name) ?? 0) - this.#device.stream.nowUs()
    return leftUs > 0 ? leftUs / 1000 : null
  }

  #report(event: AlarmEvent): void {
    const { number, stream } = this.#device
    stream.report(event.kind, eventText(event), event.timeUs)
    const isSnoozed = this.#snoozedMs(event.rule) !== null
    if (event.kind === 'alarm_on' && !isSnoozed) this.#raised++
    this.#context.onEvent(number, event, isSnoozed)
  }
}
