import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'
import { csvHeader, hasCells, SampleLines, sampleColumns } from '../../export/sample-lines.ts'
import type { LoggedSample } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { DAY_US, fileName } from './day.ts'
import { Draft } from './draft.ts'

export interface WrittenDay {
  /** Samples of the day that the log still has, those of extra channels alone included. */
  readonly samples: number
  /** Size of the file that `export` would write. */
  readonly bytes: number
  /** There is a second file, with extra channels. */
  readonly hasChannels: boolean
}

/** The files of one day on their way. */
export interface DayDraft extends WrittenDay {
  /** Puts the files in their places, each with its checksum behind it. */
  finish(): void
  abandon(): void
}

/**
 * Writes the samples of a day as `export` does, beside where they go; where some have extra
 * channels, a second file as `export --channels all` does. A page at a time.
 *
 * @param isCancelled looked at before each page
 * @returns null: it was cancelled
 */
export function draftDay(
  reader: LogReader,
  dayUs: number,
  folder: string,
  isCancelled: () => boolean,
): DayDraft | null {
  const channels = [...new Set(reader.channels(null).map(({ id }) => id))]
  const plain = new CsvDraft(join(folder, fileName(dayUs, false)), [])
  let all: CsvDraft | null = null
  const abandon = (): void => {
    plain.abandon()
    all?.abandon()
  }
  let samples = 0
  let hasExtras = false
  try {
    if (channels.length > 0) all = new CsvDraft(join(folder, fileName(dayUs, true)), channels)
    const range = { fromUs: dayUs, toUs: dayUs + DAY_US, device: null }
    for (const page of reader.samples(range, true)) {
      if (isCancelled()) {
        abandon()
        return null
      }
      samples += page.length
      hasExtras ||= page.some(({ extras }) => extras !== null)
      plain.write(page)
      all?.write(page)
    }
  } catch (error) {
    abandon()
    throw error
  }
  const kept = [plain, ...(hasExtras && all !== null ? [all] : [])]
  if (!hasExtras) all?.abandon()
  return {
    samples,
    bytes: plain.bytes,
    hasChannels: hasExtras,
    finish: () => {
      for (const each of kept) each.finish()
    },
    abandon: () => {
      for (const each of kept) each.abandon()
    },
  }
}

/** A CSV file with its checksum file. */
class CsvDraft {
  readonly #target: string
  readonly #draft: Draft
  readonly #channels: readonly string[]
  readonly #lines: SampleLines

  constructor(target: string, channels: readonly string[]) {
    this.#target = target
    this.#channels = channels
    this.#lines = new SampleLines('csv', channels)
    this.#draft = new Draft(target)
    this.#draft.write(Buffer.from(csvHeader(sampleColumns(channels))))
  }

  get bytes(): number {
    return this.#draft.bytes
  }

  write(samples: readonly LoggedSample[]): void {
    const own = samples.filter((each) => hasCells(each, this.#channels))
    for (const chunk of this.#lines.lines(own)) this.#draft.write(chunk)
  }

  finish(): void {
    writeChecksum(this.#target, this.#draft.finish())
  }

  abandon(): void {
    this.#draft.abandon()
  }
}

export function checksumOf(file: string): string {
  return `${file}.sha256`
}

/** Makes the checksum of a file that has lost it, from what the file is now. */
export function restoreChecksum(file: string): void {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(65_536)
  const fd = openSync(file, 'r')
  try {
    for (let n = readSync(fd, chunk); n > 0; n = readSync(fd, chunk))
      hash.update(chunk.subarray(0, n))
  } finally {
    closeSync(fd)
  }
  writeChecksum(file, hash.digest('hex'))
}

/** As sha256sum writes it, and reads it with -c. @param sum in hex */
function writeChecksum(file: string, sum: string): void {
  const draft = new Draft(checksumOf(file))
  try {
    draft.write(Buffer.from(`${sum}  ${basename(file)}\n`))
    draft.finish()
  } catch (error) {
    draft.abandon()
    throw error
  }
}
