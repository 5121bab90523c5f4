/** Rows of a recording as cells, before anybody knows what they mean. */
export interface FoundRows {
  readonly rows: string[][]
  /** Line of the file where each row begins, from 1, as an editor counts. */
  readonly lineOf: number[]
  /** Lines that should be rows and are none, in order. */
  readonly broken: BrokenLine[]
}

export interface BrokenLine {
  /** From 1. */
  readonly line: number
  /** What is wrong with it, in words for the user. */
  readonly reason: string
}

export function noRows(): FoundRows {
  return { rows: [], lineOf: [], broken: [] }
}

/** Cuts a recording into cells, line by line, so that it may be of any length. */
export interface TableReader {
  read(line: string, number: number): void
  /** No line follows: a record that is not complete is one all the same. */
  end(): void
  /** What was found since it was asked last. */
  take(): FoundRows
  /** Names of the columns so far; null where the file says none. Labelled values may bring further ones. */
  readonly names: readonly string[] | null
  /** A header that does not fit the rows. */
  readonly misfit: BrokenLine | null
  /** Lines so far that need not be rows: banners, comments, repeated headers. */
  readonly otherLines: number
  /** True: an empty cell is one that its record lacks. */
  readonly isLabelled: boolean
}
