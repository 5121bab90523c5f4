import type { ProcessIo } from '../../app/io.ts'
import { streamTarget } from '../../app/output-target.ts'
import { recordedIn } from '../../export/recorded-range.ts'
import type { LogRange } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { colourFor } from '../colour.ts'
import type { HistoryOptions } from './history.ts'
import { emptyHint, type Found, openReader, rangeOf } from './log-range.ts'

/** Text that is put together before it is written. */
const CHUNK_CHARS = 16_384

/** @throws InaError */
export async function runHistory(options: HistoryOptions, io: ProcessIo): Promise<void> {
  const { reader, close } = await openReader(options, io)
  try {
    const requested = rangeOf(options, reader, io)
    if (options.alarms || options.cycles) {
      const { text, isNothing } = await foundInstead(options, reader, requested, io)
      await streamTarget(io.stdout).write(text)
      if (isNothing) io.stderr.write(emptyHint(reader, requested))
      return
    }
    const range = recordedIn(requested, reader)
    if (range === null) {
      if (options.format === 'json') {
        const { every, stats } = options
        const { jsonText } = await import('./history-json.ts')
        for (const piece of jsonText(reader, requested, every, stats)) io.stdout.write(piece)
      }
      io.stderr.write(emptyHint(reader, requested))
      return
    }
    if (options.format === 'svg') {
      const { logChart } = await import('../../export/svg/log-chart.ts')
      const { theme, every } = options
      const picture = logChart(reader, range, {
        theme,
        ...(every !== undefined && { everyMs: every }),
      })
      await streamTarget(io.stdout).write(picture)
      return
    }
    const target = streamTarget(io.stdout)
    let text = ''
    for (const piece of await textOf(options, reader, range, io)) {
      text += piece
      if (text.length < CHUNK_CHARS) continue
      await target.write(text)
      text = ''
    }
    await target.write(text)
  } finally {
    close()
  }
}

/** What is wanted instead of the figures; loaded only then. */
async function foundInstead(
  options: HistoryOptions,
  reader: LogReader,
  range: LogRange,
  io: ProcessIo,
): Promise<Found> {
  const [isJson, colour] = [options.format === 'json', colourFor(io.stdout, io.env)]
  if (options.alarms) {
    const { alarmsText } = await import('./history-alarms.ts')
    return alarmsText(reader, range, isJson, colour)
  }
  const { cyclesText } = await import('./history-cycles.ts')
  return cyclesText(reader, range, isJson, colour)
}

/** Each way loads its own modules. */
async function textOf(
  options: HistoryOptions,
  reader: LogReader,
  range: LogRange,
  io: ProcessIo,
): Promise<Generator<string>> {
  if (options.format === 'json') {
    const { jsonText } = await import('./history-json.ts')
    return jsonText(reader, range, options.every, options.stats)
  }
  const colour = colourFor(io.stdout, io.env)
  if (options.format === 'table') {
    const { tableText } = await import('./history-table.ts')
    return tableText(reader, range, options.every, options.stats, colour)
  }
  const { plotText } = await import('./history-plot.ts')
  return plotText(reader, range, options.every, {
    columns: io.stdout.columns ?? 80,
    ascii: options.ascii === true,
    colour,
  })
}
