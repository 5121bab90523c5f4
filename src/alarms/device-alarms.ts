import type { Sample } from '../domain/sample.ts'
import { UsualInterval } from '../stats/usual-interval.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import { Alarm, type AlarmEvent } from './alarm.ts'
import { ConditionState } from './condition.ts'
import { type ReadMeasure, SilenceState } from './evaluation.ts'
import type { Measure, Rule } from './rule.ts'
import { type DeviceFigures, Sensors } from './sensors.ts'

export interface DeviceAlarmsOptions {
  /** Each name at most once. */
  readonly rules: readonly Rule[]
  readonly figures: DeviceFigures
  /** Unit of an extra channel; null: nobody said. */
  readonly channelUnit: (id: string) => string | null
  readonly onEvent: (event: AlarmEvent) => void
}

interface WatchedSilence {
  readonly alarm: Alarm
  readonly silence: SilenceState
}

const NO_ANOMALIES: ReadonlyMap<string, number> = new Map()

/**
 * The alarms of one device, evaluated on every sample in the order of device time; no
 * other clock says anything, so that a recording raises what the live run raised.
 * Samples that come late take no part.
 */
export class DeviceAlarms {
  readonly alarms: readonly Alarm[]
  readonly #onEvent: (event: AlarmEvent) => void
  readonly #sensors: Sensors
  readonly #usual = new UsualInterval()
  readonly #silences: readonly WatchedSilence[]
  #lastUs: number | null = null
  #epochId = 0
  /** The time to the next sample says nothing: a clock was set. */
  #isClockSet = false

  constructor({ rules, figures, channelUnit, onEvent }: DeviceAlarmsOptions) {
    this.alarms = rules.map((rule) => new Alarm(rule, channelUnit))
    this.#onEvent = onEvent
    const leaves = this.alarms.flatMap((alarm) =>
      alarm.evaluation.leaves.map((leaf) => ({ alarm, leaf })),
    )
    const measures = leaves.flatMap(({ leaf }): Measure[] =>
      leaf instanceof ConditionState ? [leaf.condition.measure] : [],
    )
    this.#sensors = new Sensors(measures, figures)
    this.#silences = leaves.flatMap(({ alarm, leaf }) =>
      leaf instanceof SilenceState ? [{ alarm, silence: leaf }] : [],
    )
  }

  /** Samples that will never come, between those two times. */
  lost(count: number, fromUs: number, toUs: number): void {
    this.#sensors.lost(count, fromUs, toUs)
  }

  /** A clock was set: what lies between the sample before and the next one is no time that passed. */
  clockSet(): void {
    this.#isClockSet = true
  }

  /** @param anomalies scores of those found with the sample, by channel */
  sample(sample: Sample, anomalies: ReadonlyMap<string, number> = NO_ANOMALIES): void {
    if (sample.origin === 'late') return
    const { timeUs, epochId, gapBefore } = sample
    const lastUs = this.#lastUs
    const pauseUs = this.#usual.longestUs
    if (lastUs !== null) {
      if (!this.#isClockSet) this.silentUntil(timeUs)
      const isOtherRun = epochId !== this.#epochId
      if (isOtherRun && timeUs < lastUs) this.#sensors.restart()
      if (isOtherRun || (gapBefore && timeUs - lastUs > pauseUs)) {
        for (const { evaluation } of this.alarms) evaluation.interrupt()
      }
      this.#endSilence(timeUs, lastUs)
      if (timeUs > lastUs && !isOtherRun) this.#usual.add(timeUs - lastUs)
    } else this.#endSilence(timeUs, timeUs)
    this.#lastUs = timeUs
    this.#epochId = epochId
    this.#isClockSet = false
    this.#sensors.take(sample, anomalies)
    for (const alarm of this.alarms) {
      alarm.evaluation.take(this.#read)
      this.#step(alarm, timeUs, pauseUs)
    }
  }

  /** Nothing has come since `fromUs`, and nothing will before that time: for a device that has not sent anything yet. */
  neverHeard(fromUs: number, untilUs: number): void {
    if (this.#lastUs === null) this.#silent(fromUs, untilUs)
  }

  /** No sample lies before that time, exclusive: what is silent until then is raised at the time it became so. */
  silentUntil(untilUs: number): void {
    if (this.#lastUs !== null) this.#silent(this.#lastUs, untilUs)
  }

  /** Time of the newest sample, Unix µs; null: none yet. */
  get lastUs(): number | null {
    return this.#lastUs
  }

  readonly #read: ReadMeasure = (measure, comparison) => this.#sensors.read(measure, comparison)

  #silent(lastUs: number, untilUs: number): void {
    const pauseUs = this.#usual.longestUs
    const dueUs = ({ silence: { afterUs } }: WatchedSilence): number =>
      Math.round(lastUs + (afterUs ?? pauseUs))
    const due = this.#silences.filter((each) => !each.silence.truth && dueUs(each) < untilUs)
    for (const each of due.sort((one, other) => dueUs(one) - dueUs(other))) {
      const { alarm, silence } = each
      const timeUs = dueUs(each)
      silence.truth = true
      silence.value = (timeUs - lastUs) / US_PER_SECOND
      this.#step(alarm, timeUs, pauseUs)
    }
  }

  #endSilence(timeUs: number, lastUs: number): void {
    for (const { silence } of this.#silences) {
      if (!silence.truth) continue
      silence.truth = false
      silence.value = Math.max(silence.value ?? 0, (timeUs - lastUs) / US_PER_SECOND)
    }
  }

  #step(alarm: Alarm, timeUs: number, pauseUs: number): void {
    const event = alarm.step(alarm.evaluation.step(timeUs, pauseUs), timeUs)
    if (event !== null) this.#onEvent(event)
  }
}
