import type { LabelCounts } from './import-label.ts'

/** Refused rows that are named one by one. */
const NAMED_ROWS = 20

export interface RefusedRow {
  /** As an editor counts. */
  readonly line: number
  readonly reason: string
}

/** What an import of one file has come to. */
export interface FileReport {
  readonly file: string
  /** What the file was taken for. */
  readonly kind: string
  /** How its columns were read, in words. */
  readonly columns: readonly string[]
  /** Columns that were not read. */
  readonly left: readonly string[]
  readonly rows: number
  /** Rows in which nothing was measured. */
  readonly holes: number
  readonly refused: number
  /** The first ones. */
  readonly refusedRows: readonly RefusedRow[]
  /** Of each label that the file has samples of. */
  readonly labels: readonly (LabelCounts & { readonly label: string })[]
  readonly remarks: readonly string[]
  /** Why its end could not be read; null: all of it was. */
  readonly fault: string | null
  readonly seconds: number
}

/** Counts the rows of one file. */
export class RowCount {
  rows = 0
  holes = 0
  refused = 0
  readonly named: RefusedRow[] = []

  refuse(line: number, reason: string): void {
    this.rows++
    this.refused++
    if (this.named.length < NAMED_ROWS) this.named.push({ line, reason })
  }
}
