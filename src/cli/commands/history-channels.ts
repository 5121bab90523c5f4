import { cleanText } from '../../domain/sample.ts'
import type { Bucket, LogRange } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { formatLocal } from '../../util/time-text.ts'
import type { Colour } from '../colour.ts'
import { short, silenceText, timeCells, withoutSilence } from './table-text.ts'

/** A table fits into a terminal of 80 columns with so many channels. */
const CHANNELS_PER_TABLE = 2
/** Width of min, avg and max, with a blank before each. */
const CELL = 10
const DECIMALS = 3

interface Column {
  readonly id: string
  readonly unit: string
}

/** The extra channels of each device by buckets: tables of their own, two channels each. */
export function* channelTables(
  reader: LogReader,
  range: LogRange,
  everyMs: number,
  totals: readonly Bucket[],
  colour: Colour,
): Generator<string> {
  for (const { device, channels } of totals) {
    const columns = reader.channels(device).filter(({ id }) => channels.has(id))
    for (let at = 0; at < columns.length; at += CHANNELS_PER_TABLE) {
      const buckets = reader.buckets({ ...range, device }, everyMs * 1000)
      const part = columns.slice(at, at + CHANNELS_PER_TABLE)
      yield `\n${colour.bold(`${cleanText(device)}:`)}\n`
      yield* channelTable(buckets, everyMs, part, colour)
    }
  }
}

function* channelTable(
  buckets: Iterable<Bucket>,
  everyMs: number,
  columns: readonly Column[],
  colour: Colour,
): Generator<string> {
  const withMs = everyMs % 1000 !== 0
  const timeWidth = timeCells(withMs)
  const wide = 3 * CELL
  const names = columns.map(({ id, unit }) =>
    title(cleanText(id), cleanText(unit), wide - 1).padStart(wide),
  )
  yield `${colour.bold(`${' '.repeat(timeWidth)}${names.join('')}`)}\n`
  const heads = columns.flatMap(() => ['min', 'avg', 'max']).map((text) => text.padStart(CELL))
  yield `${colour.bold(`${'time'.padStart(timeWidth)}${heads.join('')}`)}\n`
  for (const [bucket, skipped] of withoutSilence(buckets)) {
    if (skipped > 0) yield `${colour.dim(silenceText(skipped, withMs))}\n`
    const cells = columns
      .flatMap(({ id }) => short(bucket.channels.get(id) ?? null, DECIMALS))
      .map((text) => ` ${text}`.padStart(CELL))
    yield `${formatLocal(bucket.fromUs, withMs)}${cells.join('')}\n`
  }
}

/** `soc (%)`, cut to the width of its columns. */
function title(id: string, unit: string, width: number): string {
  const text = unit === '' ? id : `${id} (${unit})`
  return text.length <= width ? text : `${text.slice(0, width - 3)}...`
}
