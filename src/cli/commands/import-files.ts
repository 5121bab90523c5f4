import { withNewLog } from '../../app/failed-start.ts'
import type { ProcessIo } from '../../app/io.ts'
import type { FileReport } from '../../importing/import-report.ts'
import { type ImportPlan, runImport } from '../../importing/import-run.ts'
import { logFilePath } from '../../util/paths.ts'
import { logPath } from '../common-options.ts'
import type { ImportOptions } from './import.ts'
import { reportJson, reportText } from './import-text.ts'
import { WorkProgress } from './work-progress.ts'

/** @throws InaError */
export async function importFiles(
  files: readonly string[],
  options: ImportOptions,
  io: ProcessIo,
): Promise<void> {
  const { db, device, columns, start, date, voltage, channel, retain } = options
  const { maxVoltage, maxCurrent } = options
  const plan: ImportPlan = {
    files,
    log: logFilePath(logPath(db, io.env)),
    device: device ?? null,
    columns: columns ?? [],
    startUs: start ?? null,
    dateUs: date ?? null,
    voltage: voltage ?? null,
    range: {
      ...(maxVoltage === undefined ? {} : { voltageMax: maxVoltage }),
      ...(maxCurrent === undefined ? {} : { currentMax: maxCurrent }),
    },
    channels: channel ?? [],
    retainMs: retain,
    isDry: options.dryRun === true,
  }
  const progress = new WorkProgress(io, true)
  const reports: FileReport[] = []
  const print = (report: FileReport): void => {
    progress.end()
    reports.push(report)
    if (options.format === 'text') io.stdout.write(reportText(report, plan.isDry))
  }
  const watch = {
    progress: (part: () => number, rows: number) => progress.at(part, rows),
    monoMs: () => io.clock.monoMs(),
  }
  try {
    const run = (): Promise<void> => runImport(plan, watch, print)
    await (plan.isDry ? run() : withNewLog(plan.log, run))
  } finally {
    progress.end()
    if (options.format === 'json' && reports.length > 0) {
      io.stdout.write(reportJson(reports, plan.isDry))
    }
  }
}
