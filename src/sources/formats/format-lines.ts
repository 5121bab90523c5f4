import { decodeLine } from '../../protocol/codec.ts'
import type { Frame } from '../../protocol/frames.ts'
import { readUsualSample, usualSampleEnd } from '../../protocol/usual-sample.ts'
import type { Clock } from '../../util/clock.ts'
import { CR, LF, type LineSink } from '../lines/line-splitter.ts'
import { Form, type FormKind, type FormOptions, type FormOutput } from './form.ts'
import { type FormatChoice, partsOf } from './format-choice.ts'
import { isWrongInPart } from './part-lines.ts'
import { isHeader } from './table-lines.ts'
import { Trials } from './trials.ts'
import { UnreadLines } from './unread-lines.ts'
import { firstByte, isOdd, isTornObject, OPEN_BRACE, textOf } from './wire-doubt.ts'

/** Where a frame of a sketch's lines belongs. */
export interface Origin {
  /** Device of this source, from 0. */
  readonly part: number
  /** How long ago its line came, ms. */
  readonly ageMs: number
}

export interface FormatSink {
  /** One line. @param origin absent: of the first device, and of now */
  frame(frame: Frame, origin?: Origin): void
  /**
   * The form of the lines has been found out, or is another than before.
   *
   * @param text what is read from what, and what had to be assumed
   * @param isChange true: another sketch runs now
   */
  format(text: string, isChange: boolean): void
  /** Unit of an extra channel, before its first value. */
  unit(channel: string, unit: string): void
}

const OVERLONG: Frame = { kind: 'overlong' }
const FORMS: readonly FormKind[] = ['text', 'json', 'table']
/** Lines that are looked at before they are given up as no form at all. */
const MOST_HELD = 64
/** Lines without a sample after which a form is doubted. */
const MOST_IDLE = 64
/** Words that are remembered: a header, its units, and what stands around. */
const MOST_WORDS = 4
/** Nothing has come for so long: a block is over, ms. */
export const PAUSE_MS = 300

const MALFORMED: Frame = { kind: 'malformed', reason: 'json', protected: false }

/**
 * Lines into frames, whatever prints them. Lines of the wire go straight through. Others
 * are shown to each form; the first that makes samples of them is taken, and what it made
 * of the lines so far comes out. Lines that no form can read come out as what the wire
 * says of them. A form that makes no samples any more is looked at again beside the
 * others. Each line is one frame.
 */
export class FormatLines implements LineSink {
  readonly #sink: FormatSink
  readonly #clock: Clock
  readonly #options: FormOptions
  readonly #candidates: readonly FormKind[]
  /** null: lines are of the wire, or not known yet */
  #form: Form | null = null
  /** The wire is not read at all: the user named another form. */
  readonly #isBound: boolean
  /** It has been said what is read from what. */
  #isSaid = false
  /** The device has said something of the wire. */
  #hasSpoken = false
  /** The next line may be a part of one: nobody saw its beginning, or its end. */
  #isDoubtful: boolean
  /** Lines that made no sample since the newest that did, and the most between two samples. */
  #idle = 0
  #longestIdle = 0
  readonly #unread: UnreadLines
  /** The newest lines that the form took for words, and names of columns without a row so far. */
  #words: readonly string[] = []
  /** null: no line is looked at, and the form is not doubted */
  #trials: Trials | null = null
  readonly #output: FormOutput

  /** @param isJoined true: the first line may be the rest of one that was under way, as on a port */
  constructor(sink: FormatSink, choice: FormatChoice, clock: Clock, isJoined = false) {
    this.#sink = sink
    this.#clock = clock
    this.#isDoubtful = isJoined
    this.#unread = new UnreadLines((text) => sink.format(text, false))
    this.#options = { choice, parts: partsOf(choice) }
    this.#output = {
      frame: (frame, part, atMs) => {
        // Of a form that the user named, it is known with the first sample.
        if (frame.kind === 'sample' && !this.#isSaid && this.#form !== null) {
          this.#isSaid = true
          sink.format(this.#form.words, false)
        }
        sink.frame(frame, this.#origin(part, atMs))
      },
      unit: (channel, unit) => sink.unit(channel, unit),
      renamed: (text, isChange) => sink.format(text, isChange),
    }
    const bound = boundTo(choice)
    this.#isBound = bound !== null
    this.#candidates = bound !== null ? [bound] : choice.name === 'json' ? ['json'] : FORMS
    if (bound !== null) {
      this.#form = new Form(bound, this.#options)
      this.#form.outlet.open(this.#output)
    }
  }

  /** A block waits for its end, or lines are being looked at: `pause` is to be called. */
  get isWaiting(): boolean {
    return this.#isHolding || this.#form?.isWaiting === true
  }

  get #isHolding(): boolean {
    return this.#trials !== null && this.#trials.held.length > 0
  }

  /** The form has made no samples for long: it is one of the trials. */
  get #isDoubted(): boolean {
    return this.#trials !== null && this.#trials.former !== null
  }

  /** While the wire is spoken: its usual samples need no second look. */
  quick(chunk: Uint8Array, start: number): number {
    if (this.#form !== null || this.#isDoubtful || this.#trials !== null) return -1
    const frame = readUsualSample(chunk, start)
    if (frame === null) return -1
    const end = usualSampleEnd()
    const newline = chunk[end] === CR ? end + 1 : end
    if (chunk[newline] !== LF) return -1
    this.#hasSpoken = true
    this.#sink.frame(frame)
    return newline + 1
  }

  line(bytes: Uint8Array): void {
    if (this.#isDoubtful && this.#isPart(bytes)) return
    if (this.#form !== null) {
      this.#ofForm(bytes, this.#form)
      return
    }
    const frame = decodeLine(bytes)
    // A blank between lines that are looked at may end a block.
    const isPlain = frame.kind === 'blank' ? !this.#isHolding : !isOdd(frame, bytes)
    if (!isPlain) {
      this.#look(bytes, frame)
      return
    }
    if (this.#isHolding) this.#release()
    if (frame.kind !== 'blank' && frame.kind !== 'crc_error') this.#hasSpoken = true
    this.#sink.frame(frame)
  }

  overlong(): void {
    this.#isDoubtful = false
    this.#sink.frame(OVERLONG)
  }

  /** The line that comes next is cut off, if one comes: its end never arrived, or its beginning. */
  cut(): void {
    this.#isDoubtful = true
  }

  /** Nothing has come for `PAUSE_MS`. */
  pause(): void {
    this.#form?.pause()
    const trials = this.#trials
    if (trials === null) return
    trials.pause()
    const { found } = trials
    if (found !== null) this.#choose(found, trials)
    else if (!trials.holdsValues) this.#endWords(trials)
  }

  /** The connection is over, or the input. */
  end(): void {
    const trials = this.#trials
    if (trials !== null) {
      const found = trials.end()
      if (found !== null) this.#choose(found, trials)
      else if (trials.holdsValues) this.#release()
      else this.#endWords(trials)
    }
    this.#form?.end()
    if (this.#form === null && !this.#hasSpoken) this.#unread.end()
  }

  /** A line that may be a part of one is not believed, unless it shows that it is whole. */
  #isPart(bytes: Uint8Array): boolean {
    this.#isDoubtful = false
    const frame = decodeLine(bytes)
    const isWire = !this.#isBound && !isOdd(frame, bytes)
    if (isWire || !isWrongInPart(textOf(bytes))) return false
    this.#sink.frame(this.#form === null ? frame : MALFORMED)
    return true
  }

  #ofForm(bytes: Uint8Array, form: Form): void {
    // Our own firmware may be on the board now.
    if (!this.#isBound && firstByte(bytes) === OPEN_BRACE) {
      const frame = decodeLine(bytes)
      const isWire = !isOdd(frame, bytes) && frame.kind !== 'crc_error'
      if (isWire && (form.kind !== 'json' || frame.kind !== 'sample' || frame.electric)) {
        if (form.kind !== 'json') this.#backToWire(form)
        this.#sink.frame(frame)
        return
      }
    }
    if (this.#isDoubted) {
      this.#look(bytes, MALFORMED)
      return
    }
    const text = textOf(bytes)
    const { samples } = form
    const verdict = form.take(text, this.#clock.monoMs())
    if (verdict === 'unknown') this.#look(bytes, MALFORMED)
    else if (verdict === 'text') this.#words = [...this.#words.slice(1 - MOST_WORDS), text]
    else {
      if (form.samples > samples) this.#words = []
      else if (isHeader(text)) this.#words = [text]
      if (this.#isHolding) this.#release()
    }
    // The empty line behind a block makes its sample, too.
    if (form.samples > samples || this.#form !== form) {
      this.#longestIdle = Math.max(this.#longestIdle, this.#idle)
      this.#idle = 0
    } else if (verdict !== 'text' && ++this.#idle >= Math.max(MOST_IDLE, this.#longestIdle * 4)) {
      this.#doubt(form)
    }
  }

  /** The form has made nothing of many lines: they are shown to all forms now, that one first. */
  #doubt(form: Form): void {
    if (form.samples === 0) return
    // Trials of single lines, too: the form was none of them.
    this.#release()
    this.#idle = 0
    form.end()
    form.outlet.close()
    this.#trials = new Trials(this.#candidates, this.#options, this.#words, form)
  }

  #backToWire(form: Form): void {
    this.#release()
    form.end()
    this.#form = null
    this.#hasSpoken = true
    this.#sink.format('lines of the wire again (firmware/PROTOCOL.md)', true)
  }

  /** Shows a line to all forms. @param frame what it is where none of them can read it */
  #look(bytes: Uint8Array, frame: Frame): void {
    const kinds = this.#candidates.filter(
      (kind) => this.#mayBecome(kind) && !this.#isTorn(kind, bytes),
    )
    if (kinds.length === 0 && !this.#isDoubted) {
      this.#sink.frame(frame)
      return
    }
    // What were words to the form so far may be the header of another.
    this.#trials ??= new Trials(this.#candidates, this.#options, this.#words)
    const trials = this.#trials
    const text = textOf(bytes)
    if (!trials.take({ frame, atMs: this.#clock.monoMs(), text }, kinds)) {
      this.#giveUp(frame, text)
      return
    }
    const { found } = trials
    if (found !== null) this.#choose(found, trials)
    else if (trials.held.length >= MOST_HELD) this.#release()
  }

  /** Another row than those of the table may be of another table; other forms have but one kind. */
  #mayBecome(kind: FormKind): boolean {
    if (this.#isDoubted || this.#form === null) return true
    return kind === this.#form.kind ? kind === 'table' && this.#form.samples > 0 : !this.#isBound
  }

  /** A line of the wire that was cut off looks like the beginning of an object over several lines. */
  #isTorn(kind: FormKind, bytes: Uint8Array): boolean {
    return kind === 'json' && this.#hasSpoken && bytes.length > 2 && isTornObject(bytes)
  }

  #choose(form: Form, trials: Trials): void {
    const before = this.#form
    const isSame = form === before
    const isChange = before !== null || this.#hasSpoken
    if (!isSame) {
      // Of a form that is doubted, all lines that it kept are those of this one now.
      before?.end()
      before?.outlet.forget()
    }
    this.#form = form
    this.#trials = null
    this.#idle = 0
    this.#words = []
    if (!isSame) {
      this.#isSaid = true
      this.#longestIdle = 0
      this.#sink.format(form.words, isChange)
    }
    this.#open(form, trials)
  }

  /** Words with nothing behind them: of a sketch that greets or complains, unless the wire is spoken here. */
  #endWords(trials: Trials): void {
    const isSketch = this.#form === null && !this.#hasSpoken
    const { reader } = trials
    if (!isSketch || reader === null) {
      this.#release()
      return
    }
    for (const { text } of trials.held) this.#unread.words(text)
    this.#trials = null
    this.#open(reader, trials)
  }

  /** Nothing was found: each line is what it is. */
  #release(): void {
    const trials = this.#trials
    if (trials === null) return
    this.#trials = null
    const { former, held } = trials
    if (former !== null) {
      // The form that was taken is as good as before: what it makes of the lines, they are.
      for (const { text } of held) this.#unread.line(text)
      former.end()
      this.#open(former, trials)
      return
    }
    for (const { frame, atMs, text } of held) {
      if (this.#form === null && !this.#hasSpoken) this.#unread.line(text)
      this.#sink.frame(frame, this.#origin(0, atMs))
    }
  }

  /** What a form has made of the lines that it was shown comes out, behind those that it could not read. */
  #open(form: Form, trials: Trials): void {
    for (let i = trials.unreadBy(form); i > 0; i--) this.#sink.frame(MALFORMED)
    form.outlet.open(this.#output)
  }

  #giveUp(frame: Frame, text: string): void {
    if (this.#form === null && !this.#hasSpoken) this.#unread.line(text)
    this.#sink.frame(frame)
  }

  #origin(part: number, atMs: number): Origin {
    return { part, ageMs: Math.max(0, this.#clock.monoMs() - atMs) }
  }
}

/** The one form that a choice leaves; null: the wire, and what is found out. */
function boundTo({ name }: FormatChoice): FormKind | null {
  if (name === 'text' || name === 'plotter') return 'text'
  return name === 'csv' || name === 'tab' ? 'table' : null
}
