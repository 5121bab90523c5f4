import { Hub } from '../monitor/hub.ts'
import { LocalView } from '../monitor/local-view.ts'
import type { Source } from '../sources/source.ts'
import type { LogClient } from '../storage/client/log.ts'
import { openLog } from '../storage/client/log-client.ts'
import { openLogHistory } from '../storage/client/log-history.ts'
import { refuseLogAsStream } from '../storage/file/output-guard.ts'
import type { DeviceStreamOptions } from '../stream/device-stream.ts'
import { Labels } from '../stream/labels.ts'
import { SampleLimit } from '../stream/sample-limit.ts'
import { InaError } from '../util/errors.ts'
import type { DevicePlan } from './device-plan.ts'
import type { ProcessIo } from './io.ts'
import { openSource } from './open-source.ts'
import type { OutputPlan } from './output/choose-output.ts'
import { type Output, openOutput } from './output/output.ts'
import { isReaderGone, outputFailed } from './reader-gone.ts'
import { runAll } from './run-all.ts'
import { Stop } from './stop.ts'
import { openSummary } from './summary.ts'

/** What a run of the monitor does, decided before anything is opened. */
export interface RunPlan {
  /** In order of their numbers; at least one. */
  readonly devices: readonly DevicePlan[]
  /** null: no log */
  readonly log: LogPlan | null
  /** Contract: `--keep-time`. */
  readonly keepTime: boolean
  /** Stop after so many samples of all devices; null: no limit. */
  readonly maxSamples: number | null
  /** Stop after that long; null: no limit. */
  readonly durationMs: number | null
  readonly output: OutputPlan
  /** Where the ledger goes at the end; `-` is stdout, null: nowhere. */
  readonly summary: string | null
}

export interface LogPlan {
  /** As the user names it. */
  readonly path: string
  /** As `logFilePath` gives it. */
  readonly file: string
  readonly retainMs: number
}

/** Timers of the streams run this often, ms. */
const TICK_MS = 50

/**
 * Runs the monitor: opens what the plan names, runs until a signal, the end of
 * the input, a limit or a failure, and takes everything down in the right order
 * whatever fails on the way. What is reported at the end is reported after the
 * terminal has been given back.
 */
export async function runMonitor(plan: RunPlan, io: ProcessIo): Promise<void> {
  if (plan.log !== null) refuseLogAsStream(io.stdout, plan.log.file)
  const writeSummary = openSummary(plan.summary, io.stdout, plan.log?.file ?? null)
  const sources: Source[] = []
  for (const { source } of plan.devices) sources.push(await openSource(source, io))
  const log = plan.log === null ? null : await openLog(plan.log)
  const stop = new Stop()
  const output = openOutput(plan.output, { io, log: plan.log, onQuit: () => stop.now() })
  const hub = new Hub({ clock: io.clock, log, streams: streamsOf(plan, sources, log, output, io) })
  hub.bus.subscribe(output)
  hub.bus.subscribe({
    ended: (_number, reason) => {
      // With a screen, the end of the input leaves the last minute to look at until `q`.
      if (reason === 'limit' || (!output.staysOpen && hub.isOver)) stop.now()
    },
    failed: (_number, error) => stop.fail(error),
  })
  log?.onState(({ kind, reason }) => {
    if (kind !== 'failed') return
    const hint = 'free some space or name another file with --db'
    stop.fail(new InaError('log_unwritable', reason, hint))
  })
  stop.onSignals()
  stop.after(plan.durationMs)
  io.stdout.on('error', (error) => {
    if (isReaderGone(error)) stop.now()
    else stop.fail(outputFailed(error))
  })
  const history =
    plan.log === null ? null : openLogHistory(plan.log.file, { owner: 'this process' })
  const ticker = setInterval(() => hub.tick(), TICK_MS)
  await runAll([
    async () => {
      await output.open(hub, new LocalView({ hub, log, history }))
      hub.start()
      plan.devices.forEach(({ settings }, number) => {
        for (const command of settings) hub.command(number, command)
      })
      await stop.reached
    },
    () => hub.settle(),
    () => clearInterval(ticker),
    () => hub.stop(),
    () => hub.finish(),
    () => history?.close(),
    () => log?.close(),
    () => output.close(),
    () => writeSummary(hub.ledger),
    () => stop.dispose(),
  ])
}

function streamsOf(
  plan: RunPlan,
  sources: readonly Source[],
  log: LogClient | null,
  output: Output,
  io: ProcessIo,
): DeviceStreamOptions[] {
  const limit = new SampleLimit(plan.maxSamples)
  const labels = new Labels()
  const congestion = log === null ? [output] : [log, output]
  return plan.devices.map(({ device, range, channels }, i) => ({
    source: sources[i] as Source,
    log: log?.forDevice() ?? null,
    loggedRuns: log?.loggedRuns ?? [],
    isLogged: (label) => log !== null && log.oldestUs(label) !== null,
    clock: io.clock,
    keepTime: plan.keepTime,
    device,
    range,
    channels,
    labels,
    limit,
    congestion,
  }))
}
