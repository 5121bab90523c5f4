import type { ProcessIo } from '../../app/io.ts'
import { sinkNameOf } from '../../sinks/plan-sink.ts'
import { isServed, readReport, type SinkReport } from '../../sinks/sink-report.ts'
import { type ReaderInfo, ReaderRegistry } from '../../storage/client/reader-registry.ts'
import { CommitReader } from '../../storage/read/commit-reader.ts'
import { formatClockDuration } from '../../util/duration.ts'
import { InaError } from '../../util/errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import { countText } from '../../util/number-text.ts'
import { logFilePath } from '../../util/paths.ts'
import { formatSize } from '../../util/size.ts'
import { formatIso, formatLocal } from '../../util/time-text.ts'
import { logPath } from '../common-options.ts'
import type { SinksOptions } from './sinks.ts'

/** Goes up when a member of the JSON changes its meaning or goes. */
const JSON_VERSION = 1

/** A reader of the log, as the log and its own process know it. */
interface Known {
  readonly reader: ReaderInfo
  readonly queued: number
  readonly isExact: boolean
  readonly recordsQueued: number
  readonly unsentUs: readonly [number, number] | null
  readonly report: SinkReport | null
  readonly isServed: boolean
}

/** @throws InaError */
export async function runSinks(options: SinksOptions, io: ProcessIo): Promise<void> {
  const file = logFilePath(logPath(options.db, io.env))
  if (options.remove !== undefined) await remove(file, options.remove, io)
  const registry = ReaderRegistry.openToList(file)
  try {
    const reader = CommitReader.open(file, 'this process')
    try {
      const nowMs = io.clock.wallMs()
      const all = registry.list().map((each) => known(each, reader, nowMs))
      io.stdout.write(options.format === 'json' ? json(all) : table(all, nowMs))
      if (all.length === 0) io.stderr.write('ina219: no sink reads this log; see --sink\n')
    } finally {
      reader.close()
    }
  } finally {
    registry.close()
  }
}

async function remove(file: string, name: string, io: ProcessIo): Promise<void> {
  const registry = ReaderRegistry.open(file)
  try {
    await removeFrom(registry, name, io)
  } finally {
    registry.close()
  }
}

/** @param said name or URL, which may have a password: never shown */
async function removeFrom(registry: ReaderRegistry, said: string, io: ProcessIo): Promise<void> {
  const names = registry.list().map((each) => each.name)
  const name = names.includes(said) ? said : (sinkNameOf(said, io.env) ?? '')
  if (!names.includes(name)) {
    const others = names.length === 0 ? 'no sink reads this log' : `there are ${names.join(', ')}`
    throw new InaError(
      'usage_invalid',
      'there is no sink of that name, or of that URL',
      didYouMean(said, names, others),
    )
  }
  const report = readReport(registry.list().find((each) => each.name === name)?.report ?? null)
  if (report !== null && isServed(report, io.clock.wallMs())) {
    throw new InaError(
      'log_in_use',
      `process ${report.pid} on ${report.host} sends the log to ${name}`,
      'end that one first',
    )
  }
  await registry.remove(name)
}

function known(reader: ReaderInfo, log: CommitReader, nowMs: number): Known {
  const { samples, isExact } = log.backlog(reader.cursor)
  const report = readReport(reader.report)
  return {
    reader,
    queued: samples,
    isExact,
    recordsQueued: log.recordBacklog(reader.recordN),
    unsentUs: log.unreadSpan(reader.cursor),
    report,
    isServed: report !== null && isServed(report, nowMs),
  }
}

function json(all: readonly Known[]): string {
  const sinks = all.map(({ reader, report, unsentUs, ...each }) => {
    const status = report?.status ?? null
    const nextMs = nextAttemptMs(each, report)
    return {
      name: reader.name,
      kind: status?.kind ?? null,
      target: status?.target ?? null,
      state: each.isServed ? status?.state : 'ended',
      pid: each.isServed ? report?.pid : null,
      queued: each.queued,
      queued_exact: each.isExact,
      records_queued: each.recordsQueued,
      unsent_from: unsentUs === null ? null : formatIso(unsentUs[0]),
      unsent_to: unsentUs === null ? null : formatIso(unsentUs[1]),
      lag_s: lagS(unsentUs),
      missed: reader.missed,
      missed_events: reader.missedEvents,
      keep_bytes: reader.keepBytes,
      samples_per_s: each.isServed ? status?.traffic.rowsPerSecond : null,
      batch_ms_avg: status?.traffic.batchMsAvg ?? null,
      batch_ms_max: status?.traffic.batchMsMax ?? null,
      refused: status?.refused ?? null,
      dead_letters: status?.deadLetters ?? null,
      next_attempt: nextMs === null ? null : formatIso(nextMs * 1000),
      last_error: status?.lastError?.text ?? null,
      last_error_at: status?.lastError == null ? null : formatIso(status.lastError.atMs * 1000),
      as_of: status === null ? null : formatIso(status.atMs * 1000),
    }
  })
  return `${JSON.stringify({ version: JSON_VERSION, sinks })}\n`
}

/** Unix ms; null: none is waited for. */
function nextAttemptMs(
  { isServed }: Pick<Known, 'isServed'>,
  report: SinkReport | null,
): number | null {
  return isServed && report?.status.state === 'waiting' ? report.status.retryAtMs : null
}

function lagS(unsentUs: Known['unsentUs']): number {
  return unsentUs === null ? 0 : (unsentUs[1] - unsentUs[0]) / 1e6
}

const STATES = {
  connecting: 'connecting',
  sending: 'sending',
  current: 'all is sent',
  waiting: 'failed, will try again',
  ended: 'not running',
} as const

function table(all: readonly Known[], nowMs: number): string {
  return all.map((each) => textOf(each, nowMs)).join('\n')
}

function textOf(sink: Known, nowMs: number): string {
  const { reader, queued, isExact, unsentUs, report, isServed } = sink
  const status = report?.status ?? null
  const state = isServed && status !== null ? STATES[status.state] : 'not running'
  const rate = status?.traffic.rowsPerSecond ?? 0
  const speed = isServed && rate > 0 ? `, ${rate.toFixed(1)} rows/s` : ''
  const nextMs = nextAttemptMs(sink, report)
  // What it said is up to 5 s old.
  const next =
    nextMs === null || nextMs <= nowMs ? '' : ` in ${Math.ceil((nextMs - nowMs) / 1000)} s`
  const lines = [`${reader.name}:`, `  state    ${state}${next}${speed}`]
  const about = isExact ? '' : 'about '
  const records =
    sink.recordsQueued === 0 ? '' : `, ${countText(sink.recordsQueued)} events and losses`
  lines.push(`  to send  ${about}${countText(queued)} samples${records}`)
  if (unsentUs !== null) {
    const span = formatClockDuration(lagS(unsentUs) * 1000)
    lines.push(`  span     ${formatLocal(unsentUs[0])} to ${formatLocal(unsentUs[1])} (${span})`)
  }
  lines.push(`  kept     up to ${formatSize(reader.keepBytes)} past the retention`)
  if (reader.missed > 0) lines.push(`  missed   ${countText(reader.missed)} samples, past that`)
  if (reader.missedEvents > 0) {
    lines.push(`  missed   ${countText(reader.missedEvents)} events, of more than the log keeps`)
  }
  if (status !== null && status.refused > 0) {
    lines.push(`  refused  ${countText(status.refused)} rows, in ${status.deadLetters}`)
  }
  if (status !== null && status.lastError !== null) {
    const { text, atMs } = status.lastError
    lines.push(`  trouble  ${text} (${formatLocal(atMs * 1000)})`)
  }
  return `${lines.join('\n')}\n`
}
