import { withIsoDates } from '../../src/sources/text/written-dates.ts'
import { DelimitedReader } from './delimited-text.ts'
import { labelledReader } from './labelled-text.ts'
import type { BrokenLine, TableReader } from './table-reader.ts'

/** A recording as cells, before anybody knows what they mean. */
export interface TextTable {
  /** Names of the columns; null where the file says none. */
  readonly names: readonly string[] | null
  readonly rows: readonly (readonly string[])[]
  /** Line of the file where each row begins, from 1, as an editor counts. */
  readonly lineOf: readonly number[]
  /** Lines that should be rows and are none, in order. */
  readonly broken: readonly BrokenLine[]
  /** Lines that need not be rows: banners, comments, repeated headers. */
  readonly otherLines: number
  /** A header that does not fit the rows. */
  readonly misfit: BrokenLine | null
  /** True: an empty cell is one that its record lacks. */
  readonly isLabelled: boolean
}

/** Lines looked at to find out what kind of file it is. */
const LOOK_AT = 400

/** Cuts a recording into cells: delimited by whatever, labelled values, or JSON lines. */
export function readTextTable(text: string): TextTable {
  const lines = linesOf(text)
  return tableOf(tableReader(lines), lines)
}

export function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/).map(withIsoDates)
}

/** @param lines of the recording, the first ones or all */
export function tableReader(lines: readonly string[]): TableReader {
  const look = sampleOf(lines.filter((line) => line.trim() !== ''))
  return labelledReader(look, lines) ?? new DelimitedReader(look)
}

/** All that a reader finds in some lines. */
export function tableOf(reader: TableReader, lines: readonly string[]): TextTable {
  for (const [i, line] of lines.entries()) reader.read(line, i + 1)
  reader.end()
  const { names, misfit, otherLines, isLabelled } = reader
  return { ...reader.take(), names, misfit, otherLines, isLabelled }
}

/** Lines from all over the file. */
function sampleOf(lines: readonly string[]): readonly string[] {
  const step = Math.max(1, Math.floor(lines.length / LOOK_AT))
  return lines.filter((_line, i) => i % step === 0)
}
