import type { RequestFaults } from '../../mock/mc3e/request-faults.ts'
import type { SpecifiedColumn } from '../../mock/replay/column-spec.ts'
import { readRecording } from '../../mock/replay/recording.ts'
import { ReplayFeed } from '../../mock/replay/replay-feed.ts'
import { deviceOptions, paceOf, type RunChoice, sampleLimit } from '../../mock/run-plan.ts'
import { ScenarioFeed } from '../../mock/sample-feed.ts'
import { printAtOnce, printLive } from '../../mock/stdout-runner.ts'
import type { McCode } from '../protocol/mc3e/fields.ts'
import type { InaError } from '../util/errors.ts'
import { flushed } from './flushed.ts'
import type { ProcessIo } from './io.ts'
import { isReaderGone, outputFailed } from './reader-gone.ts'
import { Stop } from './stop.ts'
import { openSummary } from './summary.ts'

/** What `mock` is to be, and where its frames go. */
export interface MockPlan extends RunChoice {
  /** A recording to play. */
  readonly replay?: string
  readonly columns?: readonly SpecifiedColumn[]
  /** Serve on a pseudo-serial port: under that stable name, or true. */
  readonly pty?: string | true
  /** `-` is stderr. */
  readonly summary?: string
  /** Run the firmware on the emulated board. */
  readonly board?: boolean
  /** Where an energy store posts its samples: a server, or all of the path. */
  readonly post?: string
  /** Port of the relays of an energy store; 0: any free one. */
  readonly relays?: number
  /** Be a PLC instead, on that port; 0: any free one. */
  readonly mc3e?: number
  readonly code: McCode
  readonly requestFault?: RequestFaults
}

/** `max` on a serial port: what the sensor converts at 12 bit (SBOS448: 2 × 532 µs). */
const SENSOR_RATE_HZ = 1e6 / 1064

/** Runs the mock device until its end, a signal or an output that takes no more. */
export async function runMock(plan: MockPlan, io: ProcessIo): Promise<void> {
  const writeSummary = openSummary(plan.summary ?? null, io.stderr, null)
  const replay = plan.replay === undefined ? null : openReplay(plan.replay, plan)
  const stop = new Stop(io.clock)
  const abort = new AbortController()
  void stop.reached.then(() => abort.abort())
  stop.onSignals()
  // An output that takes no more ends the run, as does a server that takes no samples; the summary is still written.
  let failure: InaError | null = null
  const failed = (error: InaError): void => {
    failure ??= error
  }
  io.stdout.on('error', (error) => {
    if (!isReaderGone(error)) failed(outputFailed(error))
    stop.now()
  })
  try {
    const summary = await runners(plan, replay, { io, stop, signal: abort.signal, failed })
    await flushed([io.stdout])
    await writeSummary(summary)
    if (failure !== null) throw failure
  } finally {
    stop.dispose()
  }
}

function openReplay(path: string, plan: MockPlan): ReplayFeed {
  return new ReplayFeed(readRecording(path, plan.columns), plan.start === undefined)
}

interface RunParts {
  readonly io: ProcessIo
  readonly stop: Stop
  readonly signal: AbortSignal
  /** Takes what the command ends with once the summary is written. */
  readonly failed: (error: InaError) => void
}

async function runners(
  plan: MockPlan,
  replay: ReplayFeed | null,
  parts: RunParts,
): Promise<object> {
  const { io, stop, signal } = parts
  if (plan.mc3e !== undefined) return runPlc(plan.mc3e, plan, io, stop, signal)
  if (plan.board === true) return runBoard(plan, replay, io, signal)
  if (plan.post !== undefined || plan.relays !== undefined) {
    return runStore(plan, parts)
  }
  if (plan.pty === undefined) {
    const device = deviceOptions(plan, replay, io.clock.wallMs())
    const limit = sampleLimit(plan, replay)
    const limited = limit === null ? device : { ...device, limit }
    return plan.rate === 'max'
      ? printAtOnce(limited, io.stdout, signal)
      : printLive(limited, paceOf(plan, replay), io.stdout, io.clock, signal)
  }
  const { openPty } = await import('../../mock/pty.ts')
  const { servePty } = await import('../../mock/pty-runner.ts')
  const served: MockPlan = plan.rate === 'max' ? { ...plan, rate: SENSOR_RATE_HZ } : plan
  const pty = await openPty(linkOf(plan.pty))
  io.stdout.write(`${pty.path}\n`)
  stop.after(plan.duration ?? null)
  const limit = plan.count === undefined ? {} : { limit: plan.count }
  return servePty(
    () => ({ ...deviceOptions(served, replay, io.clock.wallMs()), ...limit }),
    paceOf(served, replay),
    pty,
    io.clock,
    signal,
  )
}

/** The stable name of a pseudo-serial port, where `--pty` gives one. */
function linkOf(pty: string | true): { readonly link?: string } {
  return pty === true ? {} : { link: pty }
}

async function runPlc(
  port: number,
  plan: MockPlan,
  io: ProcessIo,
  stop: Stop,
  signal: AbortSignal,
): Promise<object> {
  const { servePlc } = await import('../../mock/mc3e/serve.ts')
  stop.after(plan.duration ?? null)
  const { code, seed, requestFault } = plan
  return servePlc(
    { port, code, seed, ...(requestFault && { faults: requestFault }) },
    { clock: io.clock, signal, ready: (url) => io.stdout.write(`${url}\n`) },
  )
}

/** A board with a network of its own. */
async function runStore(plan: MockPlan, { io, stop, signal, failed }: RunParts): Promise<object> {
  const { serveStore } = await import('../../mock/energy-store/serve.ts')
  stop.after(plan.duration ?? null)
  const limit = sampleLimit(plan, null)
  const options = deviceOptions(plan, null, io.clock.wallMs())
  const post = plan.post === undefined ? null : postUrl(plan.post)
  return serveStore(
    limit === null ? options : { ...options, limit },
    paceOf(plan, null),
    { post, relays: plan.relays ?? null },
    {
      clock: io.clock,
      signal,
      stdout: io.stdout,
      // Standard output may be for the samples.
      ready: (url) => (post === null ? io.stderr : io.stdout).write(`${url}\n`),
      say: (text) => io.stderr.write(`ina219: ${text}\n`),
      failed: (error) => {
        // Who ends it has read that samples wait.
        if (error.code === 'device_refused' || !stop.isBySignal) failed(error)
        else io.stderr.write(`ina219: ${error.message}\n`)
      },
    },
  )
}

/** A server alone has the path that the board knows. */
function postUrl(text: string): string {
  const url = new URL(text)
  if (url.pathname === '/') url.pathname = '/api/data/solar'
  return url.href
}

async function runBoard(
  plan: MockPlan,
  replay: ReplayFeed | null,
  io: ProcessIo,
  signal: AbortSignal,
): Promise<object> {
  const { serveBoard } = await import('../../mock/board/serve.ts')
  const { streamHost } = await import('../../mock/board/board-host.ts')
  const { openPty } = await import('../../mock/pty.ts')
  const pty = plan.pty === undefined ? null : await openPty(linkOf(plan.pty))
  if (pty !== null) io.stdout.write(`${pty.path}\n`)
  const rateHz = plan.rate as number | undefined
  const intervalMs = plan.interval ?? (rateHz === undefined ? null : 1000 / rateHz)
  try {
    return await serveBoard(
      {
        feed: replay ?? new ScenarioFeed(plan.scenario, plan.seed),
        intervalMs: intervalMs === null ? null : Math.round(intervalMs),
        count: plan.count ?? null,
        durationMs: plan.duration ?? null,
      },
      { host: pty ?? streamHost(io.stdout), clock: io.clock, signal },
    )
  } finally {
    await pty?.close()
  }
}
