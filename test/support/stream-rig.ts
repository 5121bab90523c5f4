import type { StreamEvent } from '../../src/domain/events.ts'
import type { Sample } from '../../src/domain/sample.ts'
import { Hub } from '../../src/monitor/hub.ts'
import type { KeptTotals } from '../../src/monitor/kept-totals.ts'
import { LocalView } from '../../src/monitor/local-view.ts'
import type { Source } from '../../src/sources/source.ts'
import type { LogClient } from '../../src/storage/client/log.ts'
import { DeviceStream, type DeviceStreamOptions } from '../../src/stream/device-stream.ts'
import { Labels } from '../../src/stream/labels.ts'
import { SampleLimit } from '../../src/stream/sample-limit.ts'
import type { StreamListener } from '../../src/stream/stream-listener.ts'
import type { Clock } from '../../src/util/clock.ts'

type Needed = Pick<DeviceStreamOptions, 'source' | 'clock'>

function withDefaults(options: Needed & Partial<DeviceStreamOptions>): DeviceStreamOptions {
  return {
    log: null,
    loggedRuns: [],
    isLogged: () => false,
    keepTime: false,
    device: null,
    range: {},
    channels: [],
    calibration: null,
    pollMs: null,
    labels: new Labels(),
    limit: new SampleLimit(null),
    congestion: [],
    ...options,
  }
}

/** A stream that is running, and what it published. */
export function startStream(
  options: Needed & Partial<DeviceStreamOptions>,
  listener: Partial<StreamListener> = {},
): { stream: DeviceStream; samples: Sample[]; events: StreamEvent[] } {
  const samples: Sample[] = []
  const events: StreamEvent[] = []
  const stream = new DeviceStream(withDefaults(options), {
    sample: (sample) => samples.push(sample),
    channel: () => {},
    event: (event) => events.push(event),
    burst: () => {},
    outputs: () => {},
    lost: () => {},
    clockSet: () => {},
    sourceState: () => {},
    ended: () => {},
    failed: (error) => {
      throw error
    },
    ...listener,
  })
  stream.start()
  return { stream, samples, events }
}

export interface HubOptions {
  readonly clock: Clock
  readonly log?: LogClient | null
  readonly sources: readonly Source[]
  /** Labels, in order of the sources. */
  readonly devices?: readonly (string | null)[]
  readonly maxSamples?: number
  readonly keepTime?: boolean
  readonly pollMs?: number
  readonly keptTotals?: KeptTotals
}

/** A hub that is running, with its view. */
export function startHub(options: HubOptions): { hub: Hub; view: LocalView } {
  const hub = startHubAlone(options)
  return { hub, view: new LocalView({ hub, log: options.log ?? null, history: null }) }
}

/** A hub that is running, and that nobody looks at yet. */
export function startHubAlone(options: HubOptions): Hub {
  const {
    clock,
    log = null,
    sources,
    devices = [],
    maxSamples = null,
    keepTime = false,
    pollMs = null,
    keptTotals = null,
  } = options
  const limit = new SampleLimit(maxSamples)
  const labels = new Labels()
  const streams = sources.map((source, i) =>
    withDefaults({
      source,
      clock,
      log: log?.forDevice() ?? null,
      loggedRuns: log?.loggedRuns ?? [],
      isLogged: (label) => log !== null && log.oldestUs(label) !== null,
      device: devices[i] ?? null,
      keepTime,
      pollMs,
      labels,
      limit,
    }),
  )
  const hub = new Hub({ clock, log, streams, keptTotals })
  hub.start()
  return hub
}
