import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProcessIo } from '../../app/io.ts'
import type { Epoch } from '../../domain/sample.ts'
import { FleetReader, type FleetRun } from '../../sinks/postgres/fleet-reader.ts'
import { LogCopy } from '../../storage/client/log-copy.ts'
import { END_SIGNALS } from '../../util/end-signals.ts'
import { InaError } from '../../util/errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import { END_OF_TIME_US } from '../../util/time-units.ts'
import { WorkProgress } from './work-progress.ts'

/** Digits of a log's name by which people know it. */
const SHOWN_DIGITS = 8

export interface FleetWish {
  /** URL, as of the sink. */
  readonly fromDb: string
  /** The beginning of the name of one log; null: all. */
  readonly log: string | null
  /** null: all */
  readonly device: string | null
  /** Unix µs */
  readonly fromUs: number
  readonly toUs: number
}

export interface FleetLog {
  readonly file: string
  /** Deletes it. */
  readonly remove: () => void
}

/**
 * What loggers have written into PostgreSQL, as a log of its own: the one way to figures answers from there, too.
 *
 * @returns a file that is gone at the end of the process, or before
 * @throws InaError usage_invalid, log_unreadable, log_unwritable
 */
export async function fleetLog(wish: FleetWish, io: ProcessIo): Promise<FleetLog> {
  const reader = await FleetReader.open(wish.fromDb, io.env)
  const folder = mkdtempSync(join(tmpdir(), 'ina219-fleet-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  for (const signal of END_SIGNALS) {
    process.once(signal, () => {
      remove()
      process.kill(process.pid, signal)
    })
  }
  const file = join(folder, 'fleet.db')
  const progress = new WorkProgress(io, true)
  try {
    const copy = new LogCopy(file)
    try {
      await copyInto(copy, reader, wish, io, progress)
    } finally {
      copy.close()
    }
  } finally {
    progress.end()
    reader.close()
  }
  return { file, remove }
}

async function copyInto(
  copy: LogCopy,
  reader: FleetReader,
  wish: FleetWish,
  io: ProcessIo,
  progress: WorkProgress,
): Promise<void> {
  const runs = chosenRuns(await reader.runs(), wish.log)
  reader.choose([...new Set(runs.map(({ log }) => log))])
  const devices = [...new Set(runs.map(({ device }) => device))]
  const channels = await reader.channels(devices)
  const epochs = new Epochs(runs)
  copy.begin(epochs.takeNew(), channels)
  const wanted = devices.filter((device) => wish.device === null || wish.device === device)
  const toUs = Math.min(wish.toUs, END_OF_TIME_US)
  const { samples } = reader
  const ranges = await samples.ranges(wanted, channels, wish.fromUs, toUs)
  if (ranges.length > 0) {
    const [firstUs, lastUs] = spanOf(ranges, wish)
    const logs = new Map<string, Set<string>>()
    let rows = 0
    for await (const page of samples.pages(ranges, channels)) {
      const newest = page.at(-1)
      if (newest === undefined) continue
      for (const { device, log } of page) {
        const own = logs.get(device)
        if (own === undefined) logs.set(device, new Set([log]))
        else own.add(log)
      }
      const known = page.map((each) => ({ ...each, epochId: epochs.idOf(each, each.timeUs) }))
      copy.begin(epochs.takeNew(), [])
      copy.add(known)
      rows += page.length
      progress.at(() => (newest.timeUs - firstUs) / (lastUs - firstUs), rows)
    }
    for (const [device, own] of logs) {
      if (own.size > 1) io.stderr.write(severalText(device, [...own]))
    }
  }
  const losses = await reader.losses(wish.fromUs, toUs)
  const lost = losses.map((loss) => ({ ...loss, epochId: epochs.idOf(loss, loss.fromUs) }))
  copy.begin(epochs.takeNew(), [])
  copy.end(lost, await reader.events(wish.fromUs, toUs))
}

/** Of those that progress is shown by. */
function spanOf(
  ranges: readonly { fromUs: number; toUs: number }[],
  { fromUs, toUs }: FleetWish,
): [number, number] {
  const firstUs = Math.max(fromUs, Math.min(...ranges.map((each) => each.fromUs)))
  const lastUs = Math.min(toUs, Math.max(...ranges.map((each) => each.toUs)))
  return [firstUs, Math.max(firstUs + 1, lastUs)]
}

function chosenRuns(runs: readonly FleetRun[], prefix: string | null): readonly FleetRun[] {
  if (prefix === null) return runs
  const plain = (log: string): string => log.replaceAll('-', '')
  const asked = plain(prefix).toLowerCase()
  const logs = [...new Set(runs.map(({ log }) => log))]
  const fit = logs.filter((log) => plain(log).startsWith(asked))
  if (fit.length === 1) return runs.filter(({ log }) => log === fit[0])
  const names = (fit.length > 1 ? fit : logs).map(shown)
  throw new InaError(
    'usage_invalid',
    fit.length > 1
      ? `several logs begin with ${prefix}`
      : `there is no log ${prefix} in the database`,
    fit.length > 1
      ? `there are ${names.join(', ')}`
      : didYouMean(prefix, names, `there are ${names.join(', ')}`),
  )
}

type OfRun = Pick<FleetRun, 'log' | 'run' | 'device' | 'boot'>

/** Runs of several logs under numbers of their own. */
class Epochs {
  readonly #ids = new Map<string, number>()
  #new: Epoch[] = []

  constructor(runs: readonly FleetRun[]) {
    for (const run of runs) this.idOf(run, run.startedUs)
  }

  /** Samples of a logger that is catching up are there before it has said of which run they are. */
  idOf({ log, run, device, boot }: OfRun, startedUs: number): number {
    const key = `${log} ${run}`
    let id = this.#ids.get(key)
    if (id === undefined) {
      id = this.#ids.size + 1
      this.#ids.set(key, id)
      this.#new.push({ id, device, boot, startedUs })
    }
    return id
  }

  /** Those that have come since this was asked last. */
  takeNew(): Epoch[] {
    const taken = this.#new
    this.#new = []
    return taken
  }
}

function severalText(device: string, logs: readonly string[]): string {
  const each = logs.map((log) => `--log ${shown(log)}`).join(' or ')
  return `ina219: ${device} has samples of ${logs.length} logs in that time; ${each} is one of them\n`
}

function shown(log: string): string {
  return log.replaceAll('-', '').slice(0, SHOWN_DIGITS)
}
