import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'
import type { Extras } from '../../domain/channels.ts'
import type { EventKind } from '../../domain/events.ts'
import { cleanText, type Epoch } from '../../domain/sample.ts'
import type { LossReason } from '../../protocol/link/missing-ranges.ts'
import { csvQuoted, parseCsvRecord } from '../../util/csv.ts'
import { systemCode } from '../../util/errors.ts'
import { countsOf, countsText } from '../file/burst-counts.ts'
import { spillPath } from '../file/leftovers.ts'
import { inTheWay } from '../file/log-errors.ts'
import { syncFolder } from '../file/placing.ts'
import type { DeviceBurst, LogEvent, LoggedChannel, LostRange } from '../file/records.ts'
import { BlockBuilder, type LogBatch, samplesOf } from './log-batch.ts'

/** Cells of a sample before those of its extra channels. */
const SAMPLE_CELLS = 8
/** Read at once when samples flow back. */
const CHUNK_BYTES = 256 * 1024

/** Samples of a spill file on their way back, up to and not including `offset`. */
interface SpilledChunk {
  readonly batches: readonly LogBatch[]
  readonly offset: number
}

/**
 * An append-only text file beside the log for what the log can't take at the
 * moment. Each line is a CSV record that begins with its kind; the first one,
 * `spill,<id>`, distinguishes this file from an earlier one of the same name, so that
 * the log can remember how much of it has flowed back.
 */
export class SpillFile {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** The one that flows back into a log. */
  static of(logFile: string): SpillFile {
    return new SpillFile(spillPath(logFile))
  }

  get path(): string {
    return this.#path
  }

  /**
   * Appends and syncs: what was given is durable on return. Where it fails, what
   * got written is taken back, or else cut off by the next append.
   *
   * @param run what is known of the run beside its batches
   */
  append(run: LogBatch, batches: readonly LogBatch[]): void {
    const fd = this.#open(constants.O_RDWR | constants.O_CREAT | constants.O_APPEND)
    let sound: number | null = null
    try {
      sound = this.#cutTornTail(fd)
      let text = sound === 0 ? `spill,${newId()}\n` : ''
      if (sound === 0) text += batchLines(run)
      for (const batch of batches) text += batchLines(batch)
      writeAll(fd, Buffer.from(text))
      fsyncSync(fd)
      // A new file is durable only once its folder is synced.
      if (sound === 0) syncFolder(this.#path)
    } catch (error) {
      // Where it could not even be read, nothing of it is cut off.
      if (sound !== null) tryTruncate(fd, sound)
      throw error
    } finally {
      closeSync(fd)
    }
  }

  /** Identity of the file; null where there is none, or nothing in it. */
  readId(): string | null {
    const head = this.#read(0, 100)
    if (head.length === 0) return null
    const end = head.indexOf('\n')
    const [kind, id] = parseCsvRecord(head.toString('latin1', 0, end < 0 ? head.length : end))
    if (kind === 'spill' && end > 0 && id !== undefined) return id
    // The very first line was not finished, so nothing in it was promised to anyone.
    if ('spill,'.startsWith(head.toString('latin1', 0, 6)) && end < 0) return null
    throw inTheWay(this.#path, 'spill file')
  }

  /** The records from `offset` on, a bounded number; null at the end. */
  readChunk(offset: number): SpilledChunk | null {
    const bytes = this.#read(offset, CHUNK_BYTES)
    const end = bytes.lastIndexOf('\n') + 1
    if (end === 0) return null
    const lines = bytes.toString('utf8', 0, end - 1).split('\n')
    const batches: LogBatch[] = []
    let reader = new BatchReader()
    for (const line of lines) {
      if (reader.isFull) {
        batches.push(reader.take())
        reader = new BatchReader()
      }
      reader.read(parseCsvRecord(line))
    }
    batches.push(reader.take())
    return { batches, offset: offset + end }
  }

  remove(): void {
    rmSync(this.#path, { force: true })
  }

  /** Never through a link, which would be someone else's: what it leads to is no file of ours. */
  #open(flags: number): number {
    try {
      // Windows has no such flag, and links there take an administrator.
      return openSync(this.#path, flags | (constants.O_NOFOLLOW ?? 0), 0o600)
    } catch (error) {
      throw systemCode(error) === 'ELOOP' ? inTheWay(this.#path, 'spill file') : error
    }
  }

  #read(offset: number, bytes: number): Buffer {
    let fd: number
    try {
      fd = this.#open(constants.O_RDONLY)
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return Buffer.alloc(0)
      throw error
    }
    try {
      const buffer = Buffer.alloc(bytes)
      return buffer.subarray(0, readSync(fd, buffer, 0, bytes, offset))
    } finally {
      closeSync(fd)
    }
  }

  /** A line without its end was never acknowledged. @returns size of what is whole */
  #cutTornTail(fd: number): number {
    if (this.readId() === null) {
      ftruncateSync(fd, 0)
      return 0
    }
    const { size } = fstatSync(fd)
    const tail = Buffer.alloc(Math.min(size, CHUNK_BYTES))
    readSync(fd, tail, 0, tail.length, size - tail.length)
    const whole = size - tail.length + tail.lastIndexOf('\n') + 1
    if (whole < size) ftruncateSync(fd, whole)
    return whole
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
}

/** Its module is loaded where it is needed, which is rarely. */
function newId(): string {
  return process.getBuiltinModule('node:crypto').randomUUID()
}

function tryTruncate(fd: number, size: number): void {
  try {
    ftruncateSync(fd, size)
  } catch {
    // A disk that fails altogether; the next append sees to the tail.
  }
}

function epochLine(epoch: Epoch): string {
  return `epoch,${epoch.id},${text(epoch.device)},${epoch.boot ?? ''},${epoch.startedUs}\n`
}

function channelLine({ device, id, unit }: LoggedChannel): string {
  return `unit,${text(device)},${text(id)},${text(unit)}\n`
}

function batchLines(batch: LogBatch): string {
  let lines = ''
  for (const epoch of batch.epochs) lines += epochLine(epoch)
  for (const channel of batch.channels) lines += channelLine(channel)
  for (const each of samplesOf(batch.block)) {
    const values = `${each.voltage},${each.current},${each.power}`
    lines += `sample,${each.timeUs},${each.epochId},${each.seq},${values},${text(each.status)}`
    for (const [channel, value] of each.extras) lines += `,${text(channel)},${value}`
    lines += '\n'
  }
  for (const { epochId, firstSeq, count, fromUs, toUs, reason } of batch.lost) {
    lines += `lost,${epochId},${firstSeq},${count},${fromUs},${toUs},${reason}\n`
  }
  for (const { timeUs, device, kind, detail, about } of batch.events) {
    lines += `event,${timeUs},${text(device)},${text(kind)},${text(detail)}`
    lines += about === undefined ? '\n' : `,${text(about)}\n`
  }
  for (const each of batch.bursts) lines += burstLine(each)
  return lines
}

function burstLine({ timeUs, device, number, dtUs, pre, shuntOhm, trigger, counts }: DeviceBurst) {
  const figures = `${number},${dtUs},${pre},${shuntOhm}`
  const waited = `${trigger?.level ?? ''},${trigger?.slope ?? ''}`
  return `burst,${timeUs},${text(device)},${figures},${waited},${text(countsText(counts))}\n`
}

/** One cell that holds no line end. */
function text(raw: string): string {
  // What was set aside may hold anything.
  return csvQuoted(cleanText(String(raw)))
}

/** Makes batches of records again. */
class BatchReader {
  readonly #block = new BlockBuilder()
  readonly #epochs: Epoch[] = []
  readonly #channels: LoggedChannel[] = []
  readonly #lost: LostRange[] = []
  readonly #events: LogEvent[] = []
  readonly #bursts: DeviceBurst[] = []

  get isFull(): boolean {
    return this.#block.isFull
  }

  /** Adds a record; one that someone has edited into nonsense is left out. */
  read(cells: readonly string[]): void {
    const cell = (at: number): string => cells[at] ?? ''
    const number = (at: number): number => Number(cell(at))
    switch (cells[0]) {
      case 'sample':
        if (!Number.isSafeInteger(number(1))) return
        this.#block.add({
          timeUs: number(1),
          extras: extrasOf(cells),
          epochId: number(2),
          seq: number(3) < 0 ? null : number(3),
          voltage: number(4),
          current: number(5),
          power: number(6),
          status: cell(7),
        })
        return
      case 'epoch':
        this.#epochs.push({
          id: number(1),
          device: cell(2),
          boot: cell(3) === '' ? null : number(3),
          startedUs: number(4),
        })
        return
      case 'unit':
        this.#channels.push({ device: cell(1), id: cell(2), unit: cell(3) })
        return
      case 'lost':
        this.#lost.push({
          epochId: number(1),
          firstSeq: number(2),
          count: number(3),
          fromUs: number(4),
          toUs: number(5),
          reason: cell(6) as LossReason,
        })
        return
      case 'event':
        this.#events.push({
          timeUs: number(1),
          device: cell(2),
          kind: cell(3) as EventKind,
          detail: cell(4),
          ...(cells.length > 5 && { about: cell(5) }),
        })
        return
      case 'burst': {
        const counts = countsOf(cell(9))
        if (counts === null) return
        const slope = cell(8) === 'fall' ? 'fall' : 'rise'
        this.#bursts.push({
          timeUs: number(1),
          device: cell(2),
          number: number(3),
          dtUs: number(4),
          pre: number(5),
          shuntOhm: number(6),
          trigger: cell(7) === '' ? null : { level: number(7), slope },
          counts,
        })
        return
      }
    }
  }

  take(): LogBatch {
    return {
      epochs: this.#epochs,
      channels: this.#channels,
      block: this.#block.take(),
      lost: this.#lost,
      events: this.#events,
      bursts: this.#bursts,
    }
  }
}

/** The cells after the status: name and value of each extra channel. */
function extrasOf(cells: readonly string[]): Extras | null {
  if (cells.length <= SAMPLE_CELLS) return null
  // Without a prototype: any name is one, `__proto__`, too.
  const extras: Record<string, number> = Object.create(null)
  for (let at = SAMPLE_CELLS; at + 1 < cells.length; at += 2) {
    extras[cells[at] as string] = Number(cells[at + 1])
  }
  return extras
}
