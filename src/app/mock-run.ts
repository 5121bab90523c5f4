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
  // An output that takes no more ends the run; the summary is still written.
  let failure: InaError | null = null
  io.stdout.on('error', (error) => {
    if (!isReaderGone(error)) failure ??= outputFailed(error)
    stop.now()
  })
  try {
    const summary = await runners(plan, replay, io, stop, abort.signal)
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

async function runners(
  plan: MockPlan,
  replay: ReplayFeed | null,
  io: ProcessIo,
  stop: Stop,
  signal: AbortSignal,
): Promise<object> {
  if (plan.mc3e !== undefined) return runPlc(plan.mc3e, plan, io, stop, signal)
  if (plan.board === true) return runBoard(plan, replay, io, signal)
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
