import { ELECTRIC_CHANNELS } from '../domain/channels.ts'
import { channelColumn, SAMPLE_COLUMNS } from '../domain/columns.ts'
import { cleanText, isMeasured } from '../domain/sample.ts'
import { isChannelId } from '../protocol/extras.ts'
import { csvPlain, parseCsvRecord } from '../util/csv.ts'
import { isRecord } from '../util/records.ts'
import type { ImportedSample } from './import-label.ts'

/** Exported times are cut to ms: the sample was up to so much later, µs. */
export const EXPORT_GRAIN_US = 1000

export interface ExportedRow {
  readonly device: string
  readonly sample: ImportedSample
}

/** @returns a row, or why it is none */
export type ReadExportedRow = (line: string) => ExportedRow | string

const FIXED = SAMPLE_COLUMNS.length

/** Reads rows as `export` writes them. @returns null: the file begins otherwise */
export function exportReader(first: string): { kind: string; read: ReadExportedRow } | null {
  const line = first.replace(/^\ufeff/, '')
  const names = parseCsvRecord(line)
  if (SAMPLE_COLUMNS.every((name, i) => names[i] === name)) {
    return { kind: 'ina219 export (CSV)', read: csvReader(names.slice(FIXED).map(csvPlain)) }
  }
  if (/^\{"time":"/.test(line) && readNdjson(line) !== NO_EXPORT) {
    return { kind: 'ina219 export (NDJSON)', read: readNdjson }
  }
  return null
}

const NO_EXPORT = 'it is no exported sample'

/** A header of `export` that has no samples behind it. */
export function isOtherExport(first: string): boolean {
  return /^time,device,(?:samples,|kind,)/.test(first.replace(/^\ufeff/, ''))
}

function csvReader(columns: readonly string[]): ReadExportedRow {
  const ids = columns.map(channelIdOf)
  return (line) => {
    const cells = line.includes('"') ? parseCsvRecord(line) : line.split(',')
    if (cells.length !== FIXED + ids.length) {
      return `it has ${cells.length} cells where others have ${FIXED + ids.length}`
    }
    const timeUs = timeOf(cells[0] as string)
    if (timeUs === null) return `'${cells[0]}' in 'time' is no time`
    const values: number[] = []
    for (let at = 2; at < cells.length; at++) {
      if (at === FIXED - 1) continue
      const cell = cells[at] as string
      const value = cell === '' ? Number.NaN : Number(cell)
      if (cell !== '' && Number.isNaN(value)) {
        return `'${cell}' in '${SAMPLE_COLUMNS[at] ?? columns[at - FIXED]}' is no number`
      }
      values.push(value)
    }
    const [voltage, current, power, seq, ...extra] = values as [number, number, number, number]
    let extras: Record<string, number> | null = null
    for (const [i, value] of extra.entries() as IterableIterator<[number, number]>) {
      if (Number.isNaN(value)) continue
      extras ??= {}
      extras[ids[i] as string] = value
    }
    return exportedRow(
      csvPlain(cells[1] as string),
      { timeUs, voltage, current, power, extras },
      Number.isNaN(seq) ? null : seq,
      csvPlain(cells[FIXED - 1] as string),
    )
  }
}

function readNdjson(line: string): ExportedRow | string {
  let row: unknown
  try {
    row = JSON.parse(line)
  } catch {
    return 'it is no JSON'
  }
  if (!isRecord(row)) return NO_EXPORT
  const { time, device, seq, status, ...rest } = row
  const timeUs = typeof time === 'string' ? timeOf(time) : null
  const isSample =
    timeUs !== null &&
    typeof device === 'string' &&
    typeof status === 'string' &&
    (seq === null || typeof seq === 'number') &&
    ELECTRIC_CHANNELS.every(({ column }) => column in rest)
  if (!isSample) return NO_EXPORT
  const electric = ELECTRIC_CHANNELS.map(({ column }) => rest[column] ?? Number.NaN)
  if (!electric.every((value) => typeof value === 'number')) return NO_EXPORT
  const [voltage, current, power] = electric as [number, number, number]
  let extras: Record<string, number> | null = null
  for (const [name, value] of Object.entries(rest)) {
    const isElectric = ELECTRIC_CHANNELS.some(({ column }) => column === name)
    if (isElectric || typeof value !== 'number') continue
    extras ??= {}
    extras[channelIdOf(name)] = value
  }
  return exportedRow(device, { timeUs, voltage, current, power, extras }, seq, status)
}

function exportedRow(
  device: string,
  values: Omit<ImportedSample, 'seq' | 'status'>,
  seq: number | null,
  status: string,
): ExportedRow | string {
  const { voltage, current, power, extras } = values
  const missing = [voltage, current, power].filter(Number.isNaN).length
  // A sample that the device could not take has its state and nothing else.
  const isWhole = missing === 0 || (missing === 3 && (extras !== null || !isMeasured(status)))
  if (!isWhole) return 'it has no voltage, current or power'
  if (seq !== null && !(Number.isInteger(seq) && seq >= 0 && seq < 2 ** 32)) {
    return `'${seq}' in 'seq' is no sequence number`
  }
  const odd = Object.keys(extras ?? {}).find((id) => !isChannelId(id))
  if (odd !== undefined) return `'${odd}' can't be the name of a channel`
  if (device === '' || cleanText(device) !== device) return `'${device}' is no device`
  return { device, sample: { ...values, seq, status: cleanText(status) } }
}

/** The id of the channel that a column is of, see `channelColumn`. */
function channelIdOf(column: string): string {
  const id = column.replace(/_channel$/, '')
  return id !== column && channelColumn(id, SAMPLE_COLUMNS) === column ? id : column
}

/** The last minute that was read: most rows are of the same. */
let minuteText = ''
let minuteUs = 0

/** `2026-11-20T20:13:00.123Z` @returns Unix µs; null: no such time */
function timeOf(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d\.\d{3}Z$/.test(text)) return null
  const minute = text.slice(0, 17)
  if (minute !== minuteText) {
    const ms = Date.parse(`${minute}00Z`)
    // 31 November is taken for the first of December.
    if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(minute)) return null
    minuteText = minute
    minuteUs = ms * 1000
  }
  return minuteUs + Number(text.slice(17, 23)) * 1e6
}
