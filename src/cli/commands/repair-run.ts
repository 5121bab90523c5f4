import type { ProcessIo } from '../../app/io.ts'
import type { LeftoverKind } from '../../storage/file/leftovers.ts'
import { type RepairReport, repairLog } from '../../storage/repair/repair-log.ts'
import { logFilePath } from '../../util/paths.ts'
import { formatIso } from '../../util/time-text.ts'
import { logPath } from '../common-options.ts'
import type { RepairOptions } from './repair.ts'
import { WorkProgress } from './work-progress.ts'

/** What a file beside the log holds. */
const LEFTOVERS: Readonly<Record<LeftoverKind, string>> = {
  spill: 'samples that flow back into a log of that name by themselves',
  rejected: 'records that the log did not take',
  replaced: 'an earlier log, which another file took the place of',
  old_journal: 'the last commits of a log that was moved or deleted',
}

/** Missing spans that are listed for people. */
const LISTED_SPANS = 20

/** @throws InaError */
export function runRepair(
  log: string | undefined,
  { db, out, leftovers, json }: RepairOptions,
  io: ProcessIo,
): void {
  const file = logFilePath(log ?? logPath(db, io.env))
  const progress = new WorkProgress(io, true)
  let report: RepairReport
  try {
    report = repairLog({
      file,
      out: logFilePath(out ?? `${file}.repaired`),
      withLeftovers: leftovers === true,
      clock: io.clock,
      progress: (part, page) => progress.at(() => part, page),
    })
  } finally {
    progress.end()
  }
  io.stdout.write(json === true ? jsonOf(file, report) : textOf(file, report))
}

function textOf(file: string, report: RepairReport): string {
  const { repaired, faults, leftovers } = report
  const lines: string[] = []
  if (repaired === null) lines.push(`${file} is sound: nothing to repair`)
  else {
    const isAll = report.missing === 0 && report.invented.length === 0
    const how = isAll ? 'all that is known of' : 'a part'
    lines.push(
      report.isSound
        ? `${file} is sound; all of it is in ${repaired}, too`
        : `${file} is damaged; ${how} was saved in ${repaired}`,
    )
    for (const fault of faults) lines.push(`  ${fault}`)
    if (report.damagedPages > 0) {
      const tables = Object.entries(report.damagedTables).map(
        ([table, pages]) => `${table === '?' ? 'not known' : table} ${pages}`,
      )
      lines.push(
        `  ${report.damagedPages} of ${report.pages} pages are damaged: ${tables.join(', ')}`,
      )
    }
    const { samples, missing, events, losses, minutes, bursts } = report
    lines.push(`  ${samples} samples saved, ${missing} known to be missing`)
    const others = [`${events} events`, `${losses} lost ranges`, `${minutes} minutes`]
    lines.push(`  ${others.join(', ')}, ${bursts} bursts saved`)
    for (const each of report.missingSpans.slice(0, LISTED_SPANS)) {
      lines.push(
        `    ${each.device}: ${each.samples} missing from ${formatIso(each.fromUs)} to ${formatIso(each.toUs)}`,
      )
    }
    const more = report.missingSpans.length - LISTED_SPANS
    if (more > 0) lines.push(`    and ${more} more spans`)
    if (report.invented.length > 0)
      lines.push(`  names that are gone: ${report.invented.join(', ')}`)
    const former =
      report.formerIdentity === null ? '' : ` (the damaged one is ${report.formerIdentity})`
    lines.push(
      `  to sinks it is another log, ${report.identity}${former}, and sent from its beginning`,
    )
    lines.push(`  look at it with: ina219 history --db ${repaired}`)
  }
  for (const { path, samples, known, refused } of report.taken) {
    lines.push(`  ${path}: ${samples} samples brought in, ${known} were there, ${refused} refused`)
  }
  const untaken = leftovers.filter((each) => !report.taken.some(({ path }) => path === each.path))
  for (const { path, kind } of untaken) lines.push(`  beside it: ${path} (${LEFTOVERS[kind]})`)
  return `${lines.join('\n')}\n`
}

function jsonOf(file: string, report: RepairReport): string {
  return `${JSON.stringify({
    version: 1,
    log: file,
    sound: report.isSound,
    repaired: report.repaired,
    identity: report.identity,
    former_identity: report.formerIdentity,
    faults: report.faults,
    pages: report.pages,
    damaged_pages: report.damagedPages,
    damaged_tables: report.damagedTables,
    samples: report.samples,
    missing: report.missing,
    missing_spans: report.missingSpans.map(({ device, fromUs, toUs, samples }) => ({
      device,
      from: formatIso(fromUs),
      to: formatIso(toUs),
      samples,
    })),
    events: report.events,
    lost_ranges: report.losses,
    minutes: report.minutes,
    bursts: report.bursts,
    renamed: report.invented,
    leftovers: report.leftovers.map(({ path }) => path),
    taken: report.taken,
  })}\n`
}
