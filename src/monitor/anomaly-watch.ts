import { type Channel, ELECTRIC } from '../domain/channels.ts'
import { isMeasured, type Sample } from '../domain/sample.ts'
import { type Anomaly, AnomalyDetector } from '../stats/anomaly.ts'
import { formatDuration } from '../util/duration.ts'
import type { Bus, BusSubscriber } from './bus.ts'
import type { Hub, HubDevice } from './hub.ts'
import type { DeviceNumber } from './view.ts'

/** Looks for values that stand out among the samples of one device. */
class DeviceWatch {
  readonly #device: HubDevice
  readonly #bus: Bus
  readonly #detectors = new Map<string, AnomalyDetector>()
  /** The two that nearly each sample has, out of `#detectors`; null: it has had none since they were cleared. */
  #voltage: AnomalyDetector | null = null
  #current: AnomalyDetector | null = null
  #newest: Sample | null = null

  constructor(device: HubDevice, bus: Bus) {
    this.#device = device
    this.#bus = bus
  }

  sample(sample: Sample): void {
    // One that comes late lies between values that were judged already.
    if (sample.origin === 'late') return
    const { epochId, timeUs, gapBefore, electric, extras } = sample
    const isNewRun = this.#newest !== null && this.#newest.epochId !== epochId
    // The clock was set back: times before say nothing of those from now on.
    if (isNewRun && timeUs < (this.#newest?.timeUs ?? 0)) this.#clear()
    const follows = !gapBefore && !isNewRun
    this.#newest = sample
    if (!isMeasured(sample.status)) return
    if (electric) {
      this.#voltage ??= this.#detector(ELECTRIC.voltage.id)
      this.#push(this.#voltage, ELECTRIC.voltage.id, timeUs, sample.voltage, follows)
      // Power follows from both, and says nothing more.
      this.#current ??= this.#detector(ELECTRIC.current.id)
      this.#push(this.#current, ELECTRIC.current.id, timeUs, sample.current, follows)
    }
    if (extras === null) return
    for (const id in extras) {
      this.#push(this.#detector(id), id, timeUs, extras[id] as number, follows)
    }
  }

  /** No more samples: what was held back comes out. */
  end(): void {
    for (const [id, detector] of this.#detectors) {
      for (const anomaly of detector.end()) this.#report(id, anomaly)
    }
  }

  #clear(): void {
    this.#detectors.clear()
    this.#voltage = null
    this.#current = null
  }

  #detector(id: string): AnomalyDetector {
    let detector = this.#detectors.get(id)
    if (detector === undefined) {
      detector = new AnomalyDetector(this.#channel(id)?.finest ?? 0)
      this.#detectors.set(id, detector)
    }
    return detector
  }

  #push(
    detector: AnomalyDetector,
    id: string,
    timeUs: number,
    value: number,
    follows: boolean,
  ): void {
    const found = detector.push(timeUs, value, follows)
    if (found.length > 0) for (const anomaly of found) this.#report(id, anomaly)
  }

  #report(id: string, anomaly: Anomaly): void {
    const { number, stream } = this.#device
    const { timeUs, fromUs, toUs, value, usual, score } = anomaly
    const unit = this.#channel(id)?.unit ?? ''
    const lasted = toUs > fromUs ? ` for ${formatDuration((toUs - fromUs) / 1000)}` : ''
    const text = `${id} ${value} ${unit}`.trimEnd()
    const before = `${usual} ${unit}`.trimEnd()
    stream.report('anomaly', `${text}${lasted}, usually ${before} (z ${score.toFixed(0)})`, timeUs)
    this.#bus.anomaly(number, id, anomaly)
  }

  #channel(id: string): Channel | undefined {
    return this.#device.state.channels.find((each) => each.id === id)
  }
}

/** Looks for values that stand out, in all channels of all devices of a hub: see `AnomalyDetector`. */
export class AnomalyWatch implements BusSubscriber {
  readonly #watches: readonly DeviceWatch[]

  constructor(hub: Hub) {
    this.#watches = hub.devices.map((device) => new DeviceWatch(device, hub.bus))
  }

  readonly sample = (number: DeviceNumber, sample: Sample): void => {
    this.#watches[number]?.sample(sample)
  }

  /** The run is over. */
  end(): void {
    for (const watch of this.#watches) watch.end()
  }
}
