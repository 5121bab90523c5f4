import type { Clock } from '../src/util/clock.ts'
import { systemSchedule } from '../src/util/schedule.ts'
import { createDevice, type MockDevice, type MockDeviceOptions } from './device.ts'
import { LiveDevice } from './live-device.ts'
import { Outbox } from './outbox.ts'
import type { Pty } from './pty.ts'
import { type MockSummary, summaryOf } from './summary.ts'

export interface ServedSummary extends MockSummary {
  /** Bytes that no host took: the port was closed, or read too slowly. */
  readonly unread_bytes: number
}

/** After the last sample, a host may ask for lost ones until it has been silent for this long, in ms. */
const LINGER_MS = 2000

interface Served {
  readonly options: MockDeviceOptions
  readonly device: MockDevice
  readonly outbox: Outbox
}

/**
 * Serves the device on a pseudo-serial port until its last sample or the
 * signal. It is switched on by the first host that opens the port, so that none
 * of a finite run is missed, and says hello to that and each later one.
 *
 * @param options asked for when it is switched on, as the start may be "now"
 * @param pace host ms per device ms
 */
export async function servePty(
  options: () => MockDeviceOptions,
  pace: number,
  pty: Pty,
  clock: Clock,
  signal: AbortSignal,
): Promise<ServedSummary> {
  let served: Served | null = null
  let live: LiveDevice | null = null
  await new Promise<void>((resolve) => {
    const switchOn = (): LiveDevice => {
      const chosen = options()
      const device = createDevice(chosen)
      const made = new LiveDevice({
        ...device,
        clock,
        schedule: systemSchedule,
        pace,
        lingerMs: LINGER_MS,
        write: (text) => {
          pty.write(Buffer.from(text, 'latin1'))
        },
        finished: resolve,
      })
      served = { options: chosen, device, outbox: made.outbox }
      made.start()
      return made
    }
    pty.onOpened(() => {
      live ??= switchOn()
      live.hello()
    })
    pty.onData((chunk) => live?.receive(chunk))
    pty.onClosed(() => live?.outbox.forget())
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  // Assigned in a callback, which the compiler does not follow.
  const running = live as LiveDevice | null
  running?.pause()
  await pty.close()
  const done = (served as Served | null) ?? neverOpened(options())
  return { ...summaryOf(done.options, done.device, done.outbox), unread_bytes: pty.dropped }
}

function neverOpened(options: MockDeviceOptions): Served {
  const device = createDevice(options)
  return { options, device, outbox: new Outbox(device.core, device.faults, () => {}) }
}
