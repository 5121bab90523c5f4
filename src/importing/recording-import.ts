import { planRows, type RowPlan } from '../../mock/replay/row-plan.ts'
import type { PlannedRow } from '../../mock/replay/row-reader.ts'
import { DEFAULT_RANGE, isInRange } from '../domain/limits.ts'
import { cleanText, markOutOfRange, powerOf } from '../domain/sample.ts'
import { withIsoDates } from '../sources/text/written-dates.ts'
import { formatDuration } from '../util/duration.ts'
import { InaError } from '../util/errors.ts'
import { parseTime } from '../util/time-text.ts'
import { type FileImport, usualLabel, withoutStart } from './file-import.ts'
import type { ImportedSample } from './import-label.ts'
import type { ImportPlan } from './import-run.ts'
import type { RecordingInput } from './input-file.ts'
import { NumberedRuns } from './numbered-runs.ts'

/** Start of a Joulescope recording with comments (pyjoulescope_examples, downsample_logging). */
const JOULESCOPE_START = /^#= *start_time *= *(.*?) *$/
/** A time of day with a zone. */
const ZONED = /[T ].*(?:Z|[+-]\d\d(?::?\d\d)?)$/i
/** A recording begins with its banner within so many lines. */
const BANNER_LINES = 50

/** A recording of another program, in whatever form the replay reads. */
export function planRecording(
  input: RecordingInput,
  lines: readonly string[],
  plan: ImportPlan,
): FileImport {
  const rows = planRows(lines.map(withIsoDates), input.name, plan.columns)
  const originUs = originOf(input, lines, rows, plan)
  const label = plan.device ?? usualLabel(input)
  const isSupplied = !rows.hasVoltage && plan.voltage !== null
  return {
    input,
    kind: 'recording',
    words: rows.words,
    left: rows.left,
    lastUs: new Map(originUs.atFirst === null ? [[label, originUs.us + rows.lastUs]] : []),
    eventRemark: isSupplied ? `voltage ${plan.voltage} V was not measured (--voltage)` : '',
    async *open(labelOf, count) {
      const target = labelOf(label)
      for (const channel of channelsOf(rows, isSupplied))
        target.channel({ ...channel, device: label })
      const runs = new NumberedRuns(target)
      const toSample = samplesOf(rows, plan)
      let shiftUs = originUs.atFirst === null ? originUs.us : null
      const reader = rows.reader({
        row: (row) => {
          count.rows++
          shiftUs ??= (originUs.atFirst as number) - row.us
          runs.add(toSample(row, row.us + shiftUs), 0)
        },
        hole: () => {
          count.rows++
          count.holes++
        },
        fault: (line, reason) => count.refuse(line, reason),
      })
      for await (const { lines, first } of input.lines()) {
        for (const [i, line] of lines.entries()) reader.read(withIsoDates(line), first + i)
        reader.flush()
        yield
      }
      reader.end()
    },
    remarks: () => remarksOf(rows, isSupplied),
  }
}

interface Origin {
  /** Added to each time. */
  readonly us: number
  /** Time of the first row; null: times are what they are. */
  readonly atFirst: number | null
}

/** What relative times count from. @throws InaError usage_invalid: nobody says */
function originOf(
  input: RecordingInput,
  lines: readonly string[],
  { time }: RowPlan,
  { startUs, dateUs }: ImportPlan,
): Origin {
  if (time === 'none') {
    throw new InaError(
      'input_invalid',
      `'${input.path}' has no times`,
      'the log needs one for each row: add a column, or say which one it is with --columns',
    )
  }
  if (time === 'absolute') return { us: 0, atFirst: null }
  if (startUs !== null) return { us: 0, atFirst: startUs }
  if (time === 'clock') {
    if (dateUs !== null) return { us: dateUs, atFirst: null }
    throw new InaError(
      'usage_invalid',
      `'${input.path}' has times of day without a date`,
      'say of which day its first row is, such as --date 2026-11-20',
    )
  }
  const said = lines.slice(0, BANNER_LINES).map((line) => JOULESCOPE_START.exec(line)?.[1])
  const found = said.find((each) => each !== undefined)
  if (found !== undefined) return { us: startTime(found, input), atFirst: null }
  throw withoutStart(input)
}

/** Unix seconds, or ISO 8601: as all dates of recordings UTC, where it has no zone. */
function startTime(text: string, input: RecordingInput): number {
  try {
    return parseTime(/^\d{4}-/.test(text) && !ZONED.test(text) ? `${text}Z` : text)
  } catch (error) {
    throw new InaError(
      'input_invalid',
      `the start_time of '${input.path}' is no time: '${text}'`,
      'write Unix seconds or ISO 8601 there, or say it with --start 2026-11-20T20:13:00Z',
      error,
    )
  }
}

/** What was measured alone is a channel: a voltage or current that was not measured is not 0. */
function channelsOf({ hasVoltage, hasCurrent }: RowPlan, isSupplied: boolean) {
  if (!hasCurrent) return [{ id: 'v', unit: 'V' }]
  return hasVoltage || isSupplied ? [] : [{ id: 'a', unit: 'A' }]
}

function samplesOf(
  { hasVoltage, hasCurrent }: RowPlan,
  { voltage: supply, range }: ImportPlan,
): (row: PlannedRow, timeUs: number) => ImportedSample {
  const limits = { ...DEFAULT_RANGE, ...range }
  return (row, timeUs) => {
    const status = row.status === '' ? 'ok' : cleanText(row.status)
    const voltage = hasVoltage ? row.voltage : (supply ?? Number.NaN)
    const { current } = row
    if (!hasCurrent || Number.isNaN(voltage)) {
      const extras = hasCurrent ? { a: current } : { v: row.voltage }
      const isIn = hasCurrent
        ? Math.abs(current) <= limits.currentMax
        : row.voltage >= 0 && row.voltage <= limits.voltageMax
      const none = { voltage: Number.NaN, current: Number.NaN, power: Number.NaN }
      return { timeUs, ...none, extras, seq: null, status: isIn ? status : markOutOfRange(status) }
    }
    const power = Number.isNaN(row.power) ? powerOf(voltage, current) : row.power
    const isIn = isInRange(voltage, current, power, limits)
    return {
      timeUs,
      voltage,
      current,
      power,
      extras: null,
      seq: null,
      status: isIn ? status : markOutOfRange(status),
    }
  }
}

function remarksOf(rows: RowPlan, isSupplied: boolean): string[] {
  const remarks: string[] = []
  if (!rows.hasCurrent) remarks.push("no current was recorded: the voltage is channel 'v'")
  else if (!rows.hasVoltage && !isSupplied) {
    remarks.push(
      "no voltage was recorded: the current is channel 'a'; with --voltage <V> it has power and charge, too",
    )
  }
  if (rows.spreadUs > 0) {
    const grain = formatDuration(rows.spreadUs / 1000)
    remarks.push(
      `its times are whole steps of ${grain}: rows of one time are spread evenly over it`,
    )
  }
  return remarks
}
