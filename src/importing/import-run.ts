import { existsSync } from 'node:fs'
import type { SpecifiedColumn } from '../../mock/replay/column-spec.ts'
import type { ChannelSetting } from '../domain/channels.ts'
import type { DeviceRange } from '../domain/limits.ts'
import { cleanText } from '../domain/sample.ts'
import type { LogClient } from '../storage/client/log.ts'
import { openLog } from '../storage/client/log-client.ts'
import { KnownLog } from '../storage/read/known-log.ts'
import { formatDuration } from '../util/duration.ts'
import { InaError } from '../util/errors.ts'
import { realPath } from '../util/paths.ts'
import { formatIso } from '../util/time-text.ts'
import { type FileImport, planFile } from './file-import.ts'
import { ImportLabel } from './import-label.ts'
import { type FileReport, RowCount } from './import-report.ts'

export interface ImportPlan {
  readonly files: readonly string[]
  /** As `logFilePath` gives it. */
  readonly log: string
  /** Label of all samples; null: what the recording says, else the name of its file. */
  readonly device: string | null
  readonly columns: readonly SpecifiedColumn[]
  /** Time of the first row of a recording whose times are relative, Unix µs; null: not given. */
  readonly startUs: number | null
  /** Midnight of the day of times without a date, Unix µs; null: not given. */
  readonly dateUs: number | null
  /** Supply voltage of a recording of current alone, V; null: not given. */
  readonly voltage: number | null
  readonly range: Partial<DeviceRange>
  readonly channels: readonly ChannelSetting[]
  /** What the monitor keeps, ms. */
  readonly retainMs: number
  /** Writes nothing. */
  readonly isDry: boolean
}

export interface ImportWatch {
  /** @param part of all files, 0 to 1 */
  progress(part: () => number, rows: number): void
  monoMs(): number
}

/** Nothing goes for its age while recordings are brought in: that is for the monitor to decide, ms. */
const FOR_EVER_MS = 1e14

/**
 * Brings recordings into the log, one file after the other.
 *
 * @throws InaError input_invalid, usage_invalid, log_*; what was reported before is in the log
 */
export async function runImport(
  plan: ImportPlan,
  watch: ImportWatch,
  done: (report: FileReport) => void,
): Promise<void> {
  // All of them are looked at before anything is written.
  const imports = plan.files.map((path) => planFile(otherThanLog(path, plan), plan))
  for (const [i, each] of imports.entries()) {
    const progress = (rows: number): void => {
      watch.progress(() => (i + each.input.progress) / imports.length, rows)
    }
    const report = await importFile(each, plan, progress, watch)
    done(report)
    if (each.input.fault !== null) throw each.input.fault
  }
}

/** @throws InaError usage_invalid: a log is not read and written at a time */
function otherThanLog(path: string, { log }: ImportPlan): string {
  if (realPath(path) !== log) return path
  throw new InaError(
    'usage_invalid',
    `'${path}' is the log that is to be imported into`,
    'name another file, or another log with --db',
  )
}

async function importFile(
  source: FileImport,
  plan: ImportPlan,
  progress: (rows: number) => void,
  watch: ImportWatch,
): Promise<FileReport> {
  const startedMs = watch.monoMs()
  const count = new RowCount()
  const labels = new Map<string, ImportLabel>()
  let log: LogClient | null = null
  let known: KnownLog | null = null
  try {
    if (!plan.isDry) log = await openLog({ file: plan.log, retainMs: FOR_EVER_MS })
    if (existsSync(plan.log)) known = KnownLog.open(plan.log, plan.isDry ? 'other' : 'this process')
    refuseOutdated(source, plan, known)
    const labelOf = (name: string): ImportLabel => {
      let label = labels.get(name)
      if (label === undefined) {
        label = new ImportLabel(name, log?.forDevice() ?? null, known)
        labels.set(name, label)
      }
      return label
    }
    const reader = source.open(labelOf, count)
    for await (const step of reader) {
      void step
      await settled(log)
      progress(count.rows)
    }
    for (const label of labels.values()) {
      label.end()
      noteImport(label, source)
    }
  } finally {
    known?.close()
    await log?.close()
  }
  const counts = [...labels.values()].map((each) => ({ label: each.label, ...each.counts }))
  const samples = counts.reduce((sum, each) => sum + each.added + each.known, 0)
  if (samples === 0) throw source.input.fault ?? nothingRead(source, count)
  return {
    file: source.input.path,
    kind: source.kind,
    columns: source.words,
    left: source.left,
    rows: count.rows,
    holes: count.holes,
    refused: count.refused,
    refusedRows: count.named,
    labels: counts,
    remarks: [...source.remarks(), ...retentionRemarks(counts, plan)],
    fault: source.input.fault?.message ?? null,
    seconds: (watch.monoMs() - startedMs) / 1000,
  }
}

/** Waits while the disk is behind; ends the import where it can't be written. */
async function settled(log: LogClient | null): Promise<void> {
  if (log === null) return
  if (log.congested) await log.drained()
  if (log.state.kind === 'recording') return
  throw new InaError(
    'log_unwritable',
    log.state.reason,
    'mend that and run the import again: what is in the log already is not added twice',
  )
}

/** A recording that the next monitor would delete at once is not brought in. */
function refuseOutdated(source: FileImport, plan: ImportPlan, known: KnownLog | null): void {
  for (const [label, lastUs] of source.lastUs) {
    const newestUs = known?.newestUs(label) ?? null
    if (newestUs === null || lastUs >= newestUs - plan.retainMs * 1000) continue
    throw new InaError(
      'usage_invalid',
      `'${source.input.path}' ends ${formatIso(lastUs)}, and the log keeps ${formatDuration(plan.retainMs)} before the newest sample of ${label} (${formatIso(newestUs)}): the next monitor would delete it`,
      'name another label with --device, another log with --db, or a longer --retain here and for the monitor',
    )
  }
}

/** Leaves a trace in the log of where the samples came from. */
function noteImport(label: ImportLabel, source: FileImport): void {
  const { added, toUs } = label.counts
  if (added === 0) return
  const parts = [
    `imported ${added} samples from '${source.input.name}' (${source.kind})`,
    ...(source.eventRemark === '' ? [] : [source.eventRemark]),
    ...(source.input.fault === null ? [] : ['its end could not be read']),
  ]
  label.event({
    timeUs: toUs,
    device: label.label,
    kind: 'log',
    detail: cleanText(parts.join('; ')),
  })
}

function retentionRemarks(
  counts: readonly { label: string; fromUs: number; toUs: number }[],
  { retainMs }: ImportPlan,
): string[] {
  return counts
    .filter(({ fromUs, toUs }) => toUs - fromUs > retainMs * 1000)
    .map(
      ({ label }) =>
        `${label} spans more than the retention of ${formatDuration(retainMs)}: the next monitor deletes its older samples, unless it is started with a longer --retain`,
    )
}

function nothingRead(source: FileImport, { refused, named, holes }: RowCount): InaError {
  const { input } = source
  const [first] = named
  const reason =
    first === undefined
      ? holes > 0
        ? `nothing was measured in any of its ${holes} rows`
        : ['it holds no samples', ...source.remarks()].join('; ')
      : `none of its ${refused + holes} rows can be read; row ${first.line}: ${first.reason}`
  return new InaError(
    'input_invalid',
    `'${input.path}': ${reason}`,
    'name a recording, or say what its columns are with --columns',
  )
}
