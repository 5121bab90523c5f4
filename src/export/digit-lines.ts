import type { DigitPage, RowNames } from '../storage/read/log-query.ts'
import { DigitColumn } from '../util/digit-column.ts'
import type { SampleTemplate } from './sample-template.ts'

const [ZERO, MINUS, DOT, Z] = [0x30, 0x2d, 0x2e, 0x5a]
/** 000 to 999 as text, */
const THREE = Buffer.from(
  Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0')).join(''),
)
/** and how many of the three digits are left without the zeros at their end. */
const SIGNIFICANT = Uint8Array.from({ length: 1000 }, (_, i) =>
  i % 10 !== 0 ? 3 : i % 100 !== 0 ? 2 : i === 0 ? 0 : 1,
)
/** Millionths that are larger are left to the general way; what the log keeps as text begins far above. */
const LARGEST_MICRO = 999_999_999
/** `2026-11-20T20:13:00.` */
const TIME_BYTES = 20
const SECONDS_AT = 17
/** Handed on when this full. */
const CHUNK_BYTES = 64 * 1024
/** Room for the numbers of a row: a time, three values, a sequence number. */
const NUMBERS_BYTES = 128

/** Epochs are few; a flood of different ones must not fill the memory. */
const MOST_TEXTS = 1000

/** What the rows of a run and a state have in common. */
interface RowTexts {
  /** As in `DigitPage`. */
  readonly run: number
  /** False: of a device that is not asked for. */
  readonly isWanted: boolean
  /** Between the milliseconds and the voltage. */
  readonly device: Buffer
  /** Behind the sequence number. */
  readonly status: Buffer
}

/**
 * Lines of samples straight from the digits of the log, with nothing allocated a row; where a
 * row has anything unusual, it stops, and `SampleLines` is to go on. What it does write is byte
 * for byte the same.
 */
export class DigitLines {
  readonly #template: SampleTemplate
  readonly #names: RowNames
  readonly #device: string | null
  readonly #runs = new DigitColumn()
  readonly #seqs = new DigitColumn()
  readonly #voltages = new DigitColumn()
  readonly #currents = new DigitColumn()
  readonly #powers = new DigitColumn()
  readonly #fixedBytes: number
  /** Of the row before, and of all so far. */
  #texts: RowTexts | null = null
  readonly #known = new Map<number, RowTexts>()
  #buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  #at = 0
  /** `2026-11-20T20:13:00.` behind what stands before it, of `#second`. */
  readonly #time: Buffer
  #second = Number.NaN
  #beforeUs = -1
  #rows = 0

  /** @param device the only one to write; null: all */
  constructor(template: SampleTemplate, names: RowNames, device: string | null) {
    this.#template = template
    this.#names = names
    this.#device = device
    this.#time = Buffer.concat([template.time, Buffer.alloc(TIME_BYTES)])
    const { current, power, seq } = template
    this.#fixedBytes =
      this.#time.length + current.length + power.length + seq.length + NUMBERS_BYTES
  }

  get isFull(): boolean {
    return this.#at >= CHUNK_BYTES
  }

  get isEmpty(): boolean {
    return this.#at === 0
  }

  /** What has been put together, as it stands until the next `add`; empty afterwards. */
  take(): { readonly bytes: Buffer; readonly rows: number } {
    const taken = { bytes: this.#buffer.subarray(0, this.#at), rows: this.#rows }
    this.#at = 0
    this.#rows = 0
    return taken
  }

  /** @returns the time from which on the rows are to be written by the general way; `endUs`: none */
  add(page: DigitPage, fromUs: number): number {
    if (!page.isNumeric) return fromUs
    this.#runs.load(page.runs)
    this.#seqs.load(page.seqs)
    this.#voltages.load(page.voltages)
    this.#currents.load(page.currents)
    this.#powers.load(page.powers)
    this.#beforeUs = fromUs - 1
    for (let i = 0; i < page.rowCount; i++) {
      if (!this.#row(page.times[i] as number)) return this.#beforeUs + 1
    }
    return page.endUs
  }

  /** @returns false: the row is for the general way, and not written */
  #row(timeUs: number): boolean {
    const texts = this.#textsOf(this.#runs.next())
    const voltage = this.#voltages.next()
    const current = this.#currents.next()
    const power = this.#powers.next()
    const isUsual =
      timeUs > this.#beforeUs &&
      isUsualMicro(voltage) &&
      isUsualMicro(current) &&
      isUsualMicro(power)
    if (!isUsual || texts === null) return false
    const template = this.#template
    let at = this.#roomFor(this.#fixedBytes + texts.device.length + texts.status.length)
    const out = this.#buffer
    const begin = at
    at = this.#putTime(out, at, timeUs)
    at = put(out, at, texts.device)
    at = putMicro(out, at, voltage)
    at = put(out, at, template.current)
    at = putMicro(out, at, current)
    at = put(out, at, template.power)
    at = putMicro(out, at, power)
    at = put(out, at, template.seq)
    const seqAt = at
    at = this.#seqs.copyNext(out, at)
    if (at < 0) return false
    if (at === seqAt) at = put(out, at, template.none)
    at = put(out, at, texts.status)
    this.#beforeUs = timeUs
    this.#at = texts.isWanted ? at : begin
    if (texts.isWanted) this.#rows++
    return true
  }

  /** Where the next byte goes; so many more have room behind it. */
  #roomFor(bytes: number): number {
    const at = this.#at
    if (at + bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * this.#buffer.length + bytes)
      this.#buffer.copy(larger, 0, 0, at)
      this.#buffer = larger
    }
    return at
  }

  #putTime(out: Buffer, at: number, timeUs: number): number {
    const second = Math.floor(timeUs / 1_000_000)
    if (second !== this.#second) this.#setSecond(second)
    const ms = Math.floor((timeUs - second * 1_000_000) / 1000)
    return putThree(out, put(out, at, this.#time), ms)
  }

  /** Most are the next one, in the same minute. */
  #setSecond(second: number): void {
    const time = this.#time
    const textAt = time.length - TIME_BYTES
    const inMinute = second % 60
    if (second - inMinute === this.#second - (this.#second % 60)) {
      time[textAt + SECONDS_AT] = ZERO + Math.floor(inMinute / 10)
      time[textAt + SECONDS_AT + 1] = ZERO + (inMinute % 10)
    } else time.write(new Date(second * 1000).toISOString().slice(0, TIME_BYTES), textAt, 'latin1')
    this.#second = second
  }

  /** null: the log has no such run. */
  #textsOf(run: number): RowTexts | null {
    if (this.#texts?.run === run) return this.#texts
    const texts = this.#known.get(run) ?? this.#makeTexts(run)
    if (texts !== null) this.#texts = texts
    return texts
  }

  #makeTexts(run: number): RowTexts | null {
    const names = this.#names(run)
    if (names === null) return null
    const { quote, device, voltage, status, end } = this.#template
    const texts = {
      run,
      isWanted: this.#device === null || this.#device === names.device,
      device: Buffer.concat([Buffer.of(Z), device, Buffer.from(quote(names.device)), voltage]),
      status: Buffer.concat([status, Buffer.from(quote(names.status)), end]),
    }
    if (this.#known.size >= MOST_TEXTS) this.#known.clear()
    this.#known.set(run, texts)
    return texts
  }
}

function isUsualMicro(micro: number): boolean {
  return Math.abs(micro) <= LARGEST_MICRO
}

/** @returns where the next byte goes, as do the next ones */
function put(to: Buffer, at: number, bytes: Buffer): number {
  // Faster than a call into C++ for the few bytes that these are.
  for (let i = 0; i < bytes.length; i++) to[at + i] = bytes[i] as number
  return at + bytes.length
}

/** @param value 0 to 999 */
function putThree(to: Buffer, at: number, value: number): number {
  const from = 3 * value
  to[at] = THREE[from] as number
  to[at + 1] = THREE[from + 1] as number
  to[at + 2] = THREE[from + 2] as number
  return at + 3
}

/** The digits of `String(micro / 1e6)`. @param micro whole, within `LARGEST_MICRO` */
export function putMicro(to: Buffer, begin: number, micro: number): number {
  let at = begin
  if (micro < 0) to[at++] = MINUS
  const size = Math.abs(micro)
  const whole = Math.floor(size / 1e6)
  if (whole >= 100) at = putThree(to, at, whole)
  else {
    if (whole >= 10) to[at++] = ZERO + Math.floor(whole / 10)
    to[at++] = ZERO + (whole % 10)
  }
  const fraction = size - 1e6 * whole
  if (fraction === 0) return at
  to[at++] = DOT
  const high = Math.floor(fraction / 1000)
  const low = fraction - 1000 * high
  putThree(to, at, high)
  if (low === 0) return at + (SIGNIFICANT[high] as number)
  putThree(to, at + 3, low)
  return at + 3 + (SIGNIFICANT[low] as number)
}
