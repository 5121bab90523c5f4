import { cleanText } from '../domain/sample.ts'
import { isLogFile } from '../storage/read/log-content.ts'
import { InaError } from '../util/errors.ts'
import { EXPORT_GRAIN_US, exportReader, isOtherExport } from './exported-rows.ts'
import { FrameImport, type FrameLook, lookForFrames } from './frame-import.ts'
import type { ImportLabel } from './import-label.ts'
import type { RowCount } from './import-report.ts'
import type { ImportPlan } from './import-run.ts'
import { InputFile, type RecordingInput } from './input-file.ts'
import { planLog } from './log-import.ts'
import { NumberedRuns } from './numbered-runs.ts'
import { planRecording } from './recording-import.ts'
import { planTable } from './table-import.ts'

/** Where samples of a label go. */
export type LabelOf = (label: string) => ImportLabel

/** One file, as far as a look at it tells; nothing is written yet. */
export interface FileImport {
  readonly input: Pick<RecordingInput, 'path' | 'name' | 'progress' | 'fault'>
  /** What it was taken for. */
  readonly kind: string
  /** How its columns are read. */
  readonly words: readonly string[]
  /** Columns that are not. */
  readonly left: readonly string[]
  /** Time of the last sample that is known of each label, Unix µs. */
  readonly lastUs: ReadonlyMap<string, number>
  /** What the log is to remember of how it was read. */
  readonly eventRemark: string
  /** Reads all of it, step by step: between two of them the log may be waited for. */
  open(labelOf: LabelOf, count: RowCount): AsyncGenerator<void>
  /** What is worth a word at the end. */
  remarks(): readonly string[]
}

/** @throws InaError input_invalid, usage_invalid */
export function planFile(path: string, plan: ImportPlan): FileImport {
  const input = new InputFile(path)
  if (isLogFile(path)) return planLog(path, input.name, plan)
  if (input.head.toString('latin1', 0, 15) === 'SQLite format 3') return planTable(input, plan)
  const lines = input.look
  const [first = ''] = lines
  const exported = exportReader(first)
  if (exported !== null) return planExport(input, lines, exported, plan)
  if (isOtherExport(first)) {
    throw new InaError(
      'input_invalid',
      `'${path}' holds averages or events, and no samples`,
      'export the samples: ina219 export without --every and --events',
    )
  }
  const frames = plan.columns.length > 0 ? null : lookForFrames(lines)
  if (frames !== null) return planFrames(input, frames, plan)
  return planRecording(input, lines, plan)
}

/** Label of a file that names no device. */
export function usualLabel(input: RecordingInput): string {
  return cleanText(input.stem)
}

function planExport(
  input: InputFile,
  lines: readonly string[],
  { kind, read }: NonNullable<ReturnType<typeof exportReader>>,
  { device }: ImportPlan,
): FileImport {
  const lastUs = new Map<string, number>()
  const devices = new Set<string>()
  for (const line of lines) {
    const row = read(line)
    if (typeof row === 'string') continue
    devices.add(row.device)
    lastUs.set(device ?? row.device, row.sample.timeUs)
  }
  if (device !== null && devices.size > 1) {
    throw new InaError(
      'usage_invalid',
      `'${input.path}' has several devices (${[...devices].join(', ')}), and --device names one`,
      'leave --device out: each comes in under its own label',
    )
  }
  const [only] = devices
  const isCsv = kind.endsWith('(CSV)')
  return {
    input,
    kind,
    words: [],
    left: [],
    lastUs,
    eventRemark: '',
    async *open(labelOf, count) {
      const runs = new Map<string, NumberedRuns>()
      const add = (line: string): string | null => {
        const row = read(line)
        if (typeof row === 'string') return row
        if (device !== null && row.device !== only) {
          return `it is of another device, ${row.device}: leave --device out`
        }
        const label = device ?? row.device
        let run = runs.get(label)
        if (run === undefined) {
          run = new NumberedRuns(labelOf(label))
          runs.set(label, run)
        }
        run.add(row.sample, EXPORT_GRAIN_US)
        return null
      }
      for await (const { lines, first } of input.lines()) {
        for (const [i, line] of lines.entries()) {
          const number = first + i
          if (line === '' || (isCsv && number === 1)) continue
          const fault = add(line)
          if (fault === null) count.rows++
          else count.refuse(number, fault)
        }
        yield
      }
    },
    remarks: () => [],
  }
}

function planFrames(input: InputFile, look: FrameLook, plan: ImportPlan): FileImport {
  const startUs = look.startUs ?? plan.startUs
  if (startUs === null) throw withoutStart(input)
  const usual = usualLabel(input)
  const lastUs = look.lastUs ?? startUs
  let frames: FrameImport | null = null
  return {
    input,
    kind: 'frames',
    words: [],
    left: [],
    lastUs: new Map([[plan.device ?? usual, lastUs]]),
    eventRemark: look.startUs === null ? 'its times count from the first sample' : '',
    async *open(labelOf, count) {
      const { device, range, channels } = plan
      frames = new FrameImport({
        count,
        label: labelOf,
        device,
        usualLabel: usual,
        startUs,
        range,
        channels,
      })
      for await (const chunk of input.bytes()) {
        // In pieces: the log has a bound on what may wait.
        for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
          frames.push(chunk.subarray(at, at + PIECE_BYTES))
          yield
        }
      }
      frames.end()
    },
    remarks: () => frames?.remarks ?? [],
  }
}

const PIECE_BYTES = 64 * 1024

export function withoutStart(input: RecordingInput): InaError {
  return new InaError(
    'usage_invalid',
    `'${input.path}' has relative times only`,
    'say when its first sample was, such as --start 2026-11-20T20:13:00Z',
  )
}
