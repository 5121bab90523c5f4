import type { ProcessIo } from '../../app/io.ts'
import { streamTarget } from '../../app/output-target.ts'
import { holesIn, peakOf, triggerText } from '../../domain/burst.ts'
import { cleanText } from '../../domain/sample.ts'
import { burstMembers, burstValues, roundedUs } from '../../export/burst-members.ts'
import { type LoggedBurst, wholeLog } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { csvNumber, csvText } from '../../util/csv.ts'
import { InaError } from '../../util/errors.ts'
import { formatIso, formatLocal, zoneName } from '../../util/time-text.ts'
import { type Colour, colourFor } from '../colour.ts'
import type { BurstsOptions } from './bursts.ts'
import { openReader, rangeOf } from './log-range.ts'
import { align } from './table-text.ts'

/** Goes up when a member of the JSON changes its meaning or goes. */
const JSON_VERSION = 1
const COLUMNS = 'burst,time,device,level_a,slope,readings,pre,dt_us,peak_a,peak_us,missing'
/** Numbers that an error names. */
const MOST_NAMED = 10

/**
 * @param id null: the list
 * @throws InaError
 */
export async function runBursts(
  id: number | null,
  options: BurstsOptions,
  io: ProcessIo,
): Promise<void> {
  const { reader, close } = await openReader(options, io)
  try {
    const target = streamTarget(io.stdout)
    if (id !== null) {
      await target.write(await oneText(found(id, reader), options, io))
      return
    }
    const range = rangeOf(options, reader, io)
    const bursts = reader.bursts(range)
    await target.write(listText(bursts, options, io))
    if (bursts.length === 0) io.stderr.write(emptyHint(reader))
  } finally {
    close()
  }
}

/** @throws InaError usage_invalid: there is none of that number */
function found(id: number, reader: LogReader): LoggedBurst {
  const burst = reader.burst(id)
  if (burst !== null) return burst
  const there = newest(reader, MOST_NAMED).map((each) => each.id)
  throw new InaError(
    'usage_invalid',
    `the log has no burst ${id}`,
    there.length === 0
      ? 'it has none at all: they are kept as long as samples'
      : `the newest it has: ${there.join(', ')}`,
  )
}

function newest(reader: LogReader, most: number): LoggedBurst[] {
  return reader.bursts(wholeLog(), most)
}

function emptyHint(reader: LogReader): string {
  const [last] = newest(reader, 1)
  return last === undefined
    ? 'ina219: the log has no bursts; a monitor records one with --set trigger=1.5\n'
    : `ina219: no burst lies in that time; the newest is of ${formatIso(last.timeUs)}\n`
}

function listText(
  bursts: readonly LoggedBurst[],
  { format }: BurstsOptions,
  io: ProcessIo,
): string {
  if (format === 'json') {
    const members = bursts.map((each) => `\n${JSON.stringify(burstMembers(each))}`)
    return `{"version":${JSON_VERSION},"bursts":[${members.join(',')}]}\n`
  }
  if (format === 'csv') return `${COLUMNS}\n${bursts.map(csvLine).join('')}`
  return bursts.length === 0 ? '' : table(bursts, colourFor(io.stdout, io.env))
}

function csvLine(burst: LoggedBurst): string {
  const { burst: id, time, device, slope, ...figures } = burstMembers(burst)
  const { level_a: level, ...others } = figures
  const cells = [csvNumber(id), time, csvText(device), csvNumber(level), slope ?? '']
  return `${[...cells, ...Object.values(others).map(csvNumber)].join(',')}\n`
}

function table(bursts: readonly LoggedBurst[], colour: Colour): string {
  const head = ['burst', 'time', 'device', 'trigger', 'readings', 'dt', 'peak', 'missing']
  const rows = bursts.map((burst) => {
    const { id, timeUs, device, trigger, counts, dtUs } = burst
    const peak = peakOf(burst)
    return [
      String(id),
      formatLocal(timeUs, true),
      cleanText(device),
      trigger === null ? '-' : triggerText(trigger),
      String(counts.length),
      `${roundedUs(dtUs)} us`,
      peak === null ? '-' : `${peak.amps} A`,
      String(holesIn(burst)),
    ]
  })
  const [first = '', ...lines] = align([head, ...rows], true)
  return `times in ${zoneName(bursts[0]?.timeUs ?? 0)}\n\n${colour.bold(first)}\n${lines.join('\n')}\n`
}

async function oneText(
  burst: LoggedBurst,
  { format, ascii }: BurstsOptions,
  io: ProcessIo,
): Promise<string> {
  if (format === 'table') {
    const { burstPicture } = await import('./burst-picture.ts')
    const colour = colourFor(io.stdout, io.env)
    return burstPicture(burst, { columns: io.stdout.columns ?? 80, ascii: ascii === true, colour })
  }
  const readings = burstValues(burst)
  if (format === 'json') {
    return `${JSON.stringify({ version: JSON_VERSION, ...burstMembers(burst), values: readings })}\n`
  }
  return `t_us,a\n${readings.map(({ t_us, a }) => `${t_us},${a}\n`).join('')}`
}
