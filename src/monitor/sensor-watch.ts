import type { Sample } from '../domain/sample.ts'
import type { BusSubscriber } from './bus.ts'
import type { Hub } from './hub.ts'
import { SensorFaults } from './sensor-faults.ts'
import type { DeviceNumber, FaultLatch } from './view.ts'

/** Follows what the sensors of all devices of a hub can't measure, and puts it on record: see `SensorFaults`. */
export class SensorWatch implements BusSubscriber {
  readonly #devices: readonly SensorFaults[]

  constructor(hub: Hub) {
    this.#devices = hub.devices.map(
      ({ stream }) =>
        new SensorFaults(
          () => stream.range,
          ({ timeUs, text }) => stream.report('sensor', text, timeUs),
        ),
    )
  }

  readonly sample = (number: DeviceNumber, sample: Sample): void => {
    this.#devices[number]?.sample(sample)
  }

  /** The newest begin first. */
  latches(number: DeviceNumber): readonly FaultLatch[] {
    return this.#devices[number]?.latches ?? []
  }

  /** Somebody has taken notice. @returns of how many faults */
  acknowledge(number: DeviceNumber): number {
    return this.#devices[number]?.acknowledge() ?? 0
  }

  /** The run is over. */
  end(): void {
    for (const each of this.#devices) each.end()
  }
}
