import type { LiveChannel, LiveDevice } from '../../domain/live-device.ts'
import { isMeasured } from '../../domain/sample.ts'
import type { CommittedSample } from '../../storage/read/commit-reader.ts'
import type { Batch } from '../sink.ts'
import { statePayload } from './payloads.ts'
import type { Topics } from './topics.ts'

/** A sample that is older is history, which Home Assistant would take for now, µs. */
const FRESH_US = 30e6
/** A device of which only the log is read counts as silent after this long without samples, ms. */
const SILENT_MS = 30_000

const ELECTRIC: readonly LiveChannel[] = [
  { id: 'v', label: 'Voltage', unit: 'V' },
  { id: 'a', label: 'Current', unit: 'A' },
  { id: 'w', label: 'Power', unit: 'W' },
]

/** Retained; resolves when the broker has it, or does not want it. */
type Publish = (topic: string, payload: string) => Promise<void>

interface Shown {
  availability: string | null
  state: string | null
  /** A state has been shown: from then on, changes are of now. */
  isLive: boolean
  isUnderWay: boolean
}

/** Publishes how devices are now: at most once a call, and only what has changed. */
export class LiveStates {
  readonly #topics: Topics
  readonly #publish: Publish
  readonly #shown = new Map<string, Shown>()

  constructor(topics: Topics, publish: Publish) {
    this.#topics = topics
    this.#publish = publish
  }

  /** A new connection: all is published again. */
  connected(): void {
    this.#shown.clear()
  }

  /** @param nowUs Unix µs */
  update(devices: readonly LiveDevice[], nowUs: number): void {
    for (const live of devices) {
      const { device, state } = live
      const shown = this.#shownOf(device)
      if (shown.availability !== state) {
        shown.availability = state
        void this.#publish(this.#topics.of(device, 'availability'), state)
      }
      if (isFresh(live, nowUs)) shown.isLive = true
      if (shown.isLive && !shown.isUnderWay) void this.#show(live, shown)
    }
  }

  /** This process ends. */
  async end(): Promise<void> {
    const devices = [...this.#shown.keys()]
    await Promise.all(
      devices.map((each) => this.#publish(this.#topics.of(each, 'availability'), 'offline')),
    )
  }

  async #show(live: LiveDevice, shown: Shown): Promise<void> {
    const payload = statePayload(live)
    if (payload === shown.state) return
    shown.state = payload
    // A broker that is slow gets the newest one, not all of them.
    shown.isUnderWay = true
    await this.#publish(this.#topics.of(live.device, 'state'), payload)
    shown.isUnderWay = false
  }

  #shownOf(device: string): Shown {
    let shown = this.#shown.get(device)
    if (shown === undefined) {
      shown = { availability: null, state: null, isLive: false, isUnderWay: false }
      this.#shown.set(device, shown)
    }
    return shown
  }
}

function isFresh({ sampleUs }: LiveDevice, nowUs: number): boolean {
  return sampleUs !== null && Math.abs(nowUs - sampleUs) <= FRESH_US
}

/** Devices of a log that another process writes: their newest samples are all that is known of them. */
export class LoggedDevices {
  readonly #found = new Map<string, { live: LiveDevice; heardMs: number }>()

  /** @param nowMs of a monotonic clock @param nowUs Unix µs */
  take({ samples, unitOf }: Batch, nowMs: number, nowUs: number): void {
    for (const sample of samples) {
      if (sample.late || Math.abs(nowUs - sample.timeUs) > FRESH_US) continue
      const before = this.#found.get(sample.device)?.live
      if (before?.sampleUs != null && before.sampleUs > sample.timeUs) continue
      const live = liveOf(sample, before?.channels ?? [], (id) => unitOf(sample.device, id))
      this.#found.set(sample.device, { live, heardMs: nowMs })
    }
  }

  devices(nowMs: number): LiveDevice[] {
    return [...this.#found.values()].map(({ live, heardMs }) => ({
      ...live,
      state: nowMs - heardMs < SILENT_MS ? 'live' : 'silent',
    }))
  }
}

function liveOf(
  sample: CommittedSample,
  before: readonly LiveChannel[],
  unitOf: (id: string) => string,
): LiveDevice {
  const { device, timeUs, electric, voltage, current, power, extras, status } = sample
  const electricValues = electric ? { v: voltage, a: current, w: power } : {}
  const own = [
    ...(electric ? ELECTRIC : []),
    ...Object.keys(extras ?? {}).map((id) => ({ id, label: id, unit: unitOf(id) })),
  ]
  const further = own.filter(({ id }) => !before.some((each) => each.id === id))
  return {
    device,
    state: 'live',
    firmware: null,
    sampleUs: timeUs,
    values: isMeasured(status) ? { ...electricValues, ...extras } : null,
    status,
    channels: further.length === 0 ? before : [...before, ...further],
    totals: null,
    alarms: [],
    outputs: null,
    unconfirmed: [],
    link: null,
  }
}
