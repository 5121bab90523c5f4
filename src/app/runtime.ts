import type { SinkStatus } from '../domain/sink-status.ts'
import { AnomalyWatch } from '../monitor/anomaly-watch.ts'
import { Hub } from '../monitor/hub.ts'
import { KeptTotals } from '../monitor/kept-totals.ts'
import { SensorWatch } from '../monitor/sensor-watch.ts'
import type { View } from '../monitor/view.ts'
import type { Serving } from '../serve/serve.ts'
import type { Backup } from '../service/backup/backup.ts'
import type { LifeSigns } from '../service/life-signs.ts'
import type { SinkPlan } from '../sinks/sink-plan.ts'
import type { SinkThread } from '../sinks/sink-thread.ts'
import type { Source } from '../sources/source.ts'
import type { LogClient } from '../storage/client/log.ts'
import { openLog } from '../storage/client/log-client.ts'
import { type LogHistory, openLogHistory } from '../storage/client/log-history.ts'
import { dropLogThread } from '../storage/client/log-thread.ts'
import { refuseLogAsStream } from '../storage/file/output-guard.ts'
import type { DeviceStreamOptions } from '../stream/device-stream.ts'
import { Labels } from '../stream/labels.ts'
import { SampleLimit } from '../stream/sample-limit.ts'
import { TurnClock } from '../util/clock.ts'
import { asInaError, InaError } from '../util/errors.ts'
import { startBackup } from './back-up.ts'
import type { ProcessIo } from './io.ts'
import { checkHeartbeat, startLife } from './life.ts'
import { openSources } from './open-source.ts'
import { makeOutput, type Output } from './output/output.ts'
import { isReaderGone, outputFailed } from './reader-gone.ts'
import type { RunAlarms } from './run-alarms.ts'
import { runAll } from './run-all.ts'
import type { RunPlan } from './run-plan.ts'
import type { SinkDevices } from './sink-devices.ts'
import { Stop } from './stop.ts'
import { openSummary } from './summary.ts'
import { tellSpilled } from './tell-spilled.ts'
import { startTicker, type Ticker } from './ticker.ts'

/** So long the last samples may take to get to the sinks; what is left goes in the next run, ms. */
const LAST_SENDING_MS = 2000

/**
 * Runs the monitor: opens what the plan names, runs until a signal, the end of
 * the input, a limit or a failure, and takes everything down in the right order
 * whatever fails on the way. What is reported at the end is reported after the
 * terminal has been given back.
 */
export async function runMonitor(plan: RunPlan, io: ProcessIo): Promise<void> {
  if (plan.log !== null) refuseLogAsStream(io.stdout, plan.log.file)
  const writeSummary = openSummary(plan.summary, io.stdout, plan.log?.file ?? null)
  if (plan.heartbeat !== null) checkHeartbeat(plan.heartbeat, plan.log?.file ?? null)
  const sources = await openSources(
    plan.devices.map(({ source }) => source),
    io,
  )
  if (plan.log === null) dropLogThread()
  const hasScreen = plan.output.kind === 'tui'
  // The log's thread starts while the screen is loaded.
  const [log] = await Promise.all([
    plan.log === null ? null : openLog(plan.log),
    hasScreen ? import('../tui/screen.ts') : null,
  ])
  // Before anything is drawn: a heap that has grown stays so.
  let endSmallHeap = hasScreen ? (await import('./small-heap.ts')).keepHeapSmall() : null
  // From here on, whatever throws: the log is closed.
  const stop = new Stop(io.clock, () => output?.abandon())
  let history: LogHistory | null = null
  let output: Output | undefined
  let hub: Hub | undefined
  let anomalies: AnomalyWatch | undefined
  let sensors: SensorWatch | undefined
  let alarms: RunAlarms | null = null
  let ticker: Ticker | undefined
  let life: LifeSigns | null = null
  let backup: Backup | null = null
  let serving: Serving | null = null
  let sinks: SinkThread | null = null
  let endSinkParts: (() => void) | null = null
  await runAll([
    async () => {
      output = makeOutput(plan.output, { io, log: plan.log, onQuit: () => stop.now() })
      if (log !== null) history = openLogHistory(log.file, { owner: 'this process' })
      if (log !== null && plan.sinks.length > 0) sinks = await startSinks(plan.sinks, log.file)
      const keptTotals = plan.keepTotals && history !== null ? await readTotals(history) : null
      hub = new Hub({
        clock: io.clock,
        log,
        streams: streamsOf(plan, sources, log, output, io),
        batteries: plan.devices.map(({ battery }) => battery),
        keptTotals,
      })
      if (history !== null && sources.some(({ inbox }) => inbox !== undefined)) {
        const { rememberPosted } = await import('./remember-posted.ts')
        await rememberPosted(hub, history)
      }
      if (plan.anomalies) {
        anomalies = new AnomalyWatch(hub)
        hub.bus.subscribe(anomalies)
      }
      sensors = new SensorWatch(hub)
      hub.bus.subscribe(sensors)
      const staysOpen = output.staysOpen || plan.serve !== null
      stopFor({ stop, hub, output, log, stdout: io.stdout, staysOpen })
      alarms = await alarmsOf(plan, hub, io)
      stop.onSignals()
      stop.after(plan.durationMs)
      ticker = startTicker(hub, alarms?.watch ?? null)
      const ofSinks = (): readonly SinkStatus[] => sinks?.statuses ?? []
      const parts = { hub, log, history, sensors, alarms: alarms?.watch ?? null, sinks: ofSinks }
      const makeView = async (): Promise<View> => {
        const { LocalView } = await import('../monitor/local-view.ts')
        return new LocalView({ ...parts, energyStore: plan.serve?.energyStore ?? null })
      }
      await output.open(hub, makeView)
      if (plan.serve !== null) {
        const { openDoors } = await import('./open-doors.ts')
        serving = await openDoors(plan.serve, { hub, log, view: await makeView() }, io)
      }
      if (log !== null && plan.backup !== null) {
        backup = await startBackup(plan.backup, log.file, hub)
      }
      hub.start()
      for (const [number, { settings }] of plan.devices.entries()) {
        for (const command of settings) hub.command(number, command)
      }
      endSinkParts = await joinSinks(sinks, { hub, alarms: alarms?.watch ?? null })
      life = await startLife({ heartbeat: plan.heartbeat, env: io.env, hub, log })
      // Not before the start: it would hold up the first sample.
      if (!hasScreen && plan.serve === null && sources.every(({ live }) => live)) {
        endSmallHeap = await smallLogger(hub)
      }
      await stop.reached
    },
    () => life?.stopping(),
    () => hub?.settle(),
    () => ticker?.end(),
    () => hub?.stop(),
    () => hub?.finish(),
    () => anomalies?.end(),
    () => sensors?.end(),
    // What a program failed with is on record, too.
    () => alarms?.close(),
    // What a screen or a viewer asks for from now on would find a closed log.
    () => output?.hold(),
    () => serving?.close(),
    () => endSinkParts?.(),
    () => history?.close(),
    () => backup?.close(),
    () => sinks && log?.committed(),
    () => sinks?.close(LAST_SENDING_MS),
    () => log?.close(),
    () => output?.close(),
    () => log && tellSpilled(log, io.stderr),
    () => hub && writeSummary(hub.ledger),
    () => stop.dispose(),
    () => life?.close(),
    () => endSmallHeap?.(),
  ])
}

/** Where a board is logged, and nobody looks on. */
async function smallLogger({ devices }: Hub): Promise<() => void> {
  const { keepSmall } = await import('./small-heap.ts')
  return keepSmall(() => devices.reduce((sum, { stream }) => sum + stream.ledger.samples, 0))
}

/** Before any source starts, so that the first sample of each device finds what it goes on from. */
async function readTotals(history: LogHistory): Promise<KeptTotals> {
  try {
    const totals = await history.totals()
    return new KeptTotals(new Map(totals.map((each) => [each.device, each])))
  } catch (error) {
    // What comes is recorded all the same.
    return new KeptTotals(new Map(), asInaError(error).message)
  }
}

/** Loaded only where there are sinks. @throws InaError log_* */
async function startSinks(plans: readonly SinkPlan[], file: string): Promise<SinkThread> {
  const { SinkThread } = await import('../sinks/sink-thread.ts')
  return SinkThread.start({ file, owner: 'this process', plans, isOnce: false })
}

/** Loaded only where there are sinks. @returns to be called at the end */
async function joinSinks(
  sinks: SinkThread | null,
  parts: SinkDevices,
): Promise<(() => void) | null> {
  if (sinks === null) return null
  const { joinSinks } = await import('./join-sinks.ts')
  return joinSinks(sinks, parts)
}

/** Loaded only where there are rules. */
async function alarmsOf(plan: RunPlan, hub: Hub, io: ProcessIo): Promise<RunAlarms | null> {
  if (plan.devices.every(({ alarms }) => alarms.length === 0)) return null
  const { makeAlarms } = await import('./run-alarms.ts')
  const made = makeAlarms(plan, hub, io)
  hub.bus.subscribe(made.watch)
  return made
}

interface Parts {
  readonly stop: Stop
  readonly hub: Hub
  readonly output: Output
  readonly log: LogClient | null
  readonly stdout: NodeJS.WriteStream
  /** The end of the input does not end the run. */
  readonly staysOpen: boolean
}

/** Subscribes the output, and ends the run where one of its parts ends or fails. */
function stopFor({ stop, hub, output, log, stdout, staysOpen }: Parts): void {
  hub.bus.subscribe(output)
  hub.bus.subscribe({
    ended: (_number, reason) => {
      // With a screen, the end of the input leaves the last minute to look at until `q`; with viewers, all of it.
      if (reason === 'limit' || (!staysOpen && hub.isOver)) stop.now()
    },
    failed: (_number, error) => stop.fail(error),
  })
  log?.onState(({ kind, reason }) => {
    if (kind !== 'failed') return
    const hint = 'free some space or name another file with --db'
    stop.fail(new InaError('log_unwritable', reason, hint))
  })
  stdout.on('error', (error) => {
    if (isReaderGone(error)) stop.now()
    else stop.fail(outputFailed(error))
  })
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
  const clock = new TurnClock(io.clock)
  return plan.devices.map(({ device, range, channels, calibration, pollMs }, i) => ({
    source: sources[i] as Source,
    log: log?.forDevice() ?? null,
    loggedRuns: log?.loggedRuns ?? [],
    isLogged: (label) => log !== null && log.oldestUs(label) !== null,
    clock,
    keepTime: plan.keepTime,
    device,
    range,
    channels,
    calibration,
    pollMs,
    labels,
    limit,
    congestion,
  }))
}
