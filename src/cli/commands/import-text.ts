import type { FileReport } from '../../importing/import-report.ts'
import { formatIso } from '../../util/time-text.ts'

/** What an import of one file has come to, for people. */
export function reportText(report: FileReport, isDry: boolean): string {
  const { file, kind, columns, left, rows, holes, refused, refusedRows, labels, remarks } = report
  const lines = [`${file}: ${kind}, ${counted(rows, 'row')}`]
  if (columns.length > 0) lines.push(`  ${columns.join(', ')}`)
  if (left.length > 0) lines.push(`  not read: ${left.join(', ')}`)
  for (const { label, added, known, outOfRange, lost, fromUs, toUs } of labels) {
    if (added + known === 0) continue
    const parts = [
      `${counted(added, 'sample')} ${isDry ? 'to add' : 'added'}`,
      ...(known > 0 ? [`${known} in the log already`] : []),
      ...(outOfRange > 0 ? [`${outOfRange} out of range`] : []),
      ...(lost > 0 ? [`${lost} missing by their numbers`] : []),
    ]
    lines.push(`  ${label}: ${parts.join(', ')}`)
    lines.push(`    ${formatIso(fromUs)} to ${formatIso(toUs)}`)
  }
  if (holes > 0) lines.push(`  ${counted(holes, 'row')} in which nothing was measured`)
  if (refused > 0) lines.push(`  ${counted(refused, 'row')} refused`)
  for (const { line, reason } of refusedRows) lines.push(`    row ${line}: ${reason}`)
  if (refused > refusedRows.length) lines.push(`    and ${refused - refusedRows.length} more`)
  if (report.fault !== null) lines.push(`  read in part only: ${report.fault}`)
  for (const remark of remarks) lines.push(`  ${remark}`)
  return `${lines.join('\n')}\n`
}

/** The same for programs. */
export function reportJson(reports: readonly FileReport[], isDry: boolean): string {
  const files = reports.map((report) => ({
    file: report.file,
    kind: report.kind,
    columns: report.columns,
    not_read: report.left,
    rows: report.rows,
    empty_rows: report.holes,
    refused: report.refused,
    refused_rows: report.refusedRows,
    devices: report.labels
      .filter(({ added, known }) => added + known > 0)
      .map(({ label, added, known, outOfRange, lost, events, fromUs, toUs }) => ({
        device: label,
        from: formatIso(fromUs),
        to: formatIso(toUs),
        added,
        known,
        out_of_range: outOfRange,
        lost,
        events,
      })),
    remarks: report.remarks,
    fault: report.fault,
    seconds: Math.round(report.seconds * 1000) / 1000,
  }))
  return `${JSON.stringify({ version: 1, dry_run: isDry, files })}\n`
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}
