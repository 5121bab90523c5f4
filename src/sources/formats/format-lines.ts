import { decodeLine } from '../../protocol/codec.ts'
import type { Frame } from '../../protocol/frames.ts'
import type { Clock } from '../../util/clock.ts'
import type { LineSink } from '../lines/line-splitter.ts'
import { Form, type FormKind, type FormOptions, type FormOutput } from './form.ts'
import { type FormatChoice, partsOf } from './format-choice.ts'
import { Outlet } from './outlet.ts'
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
/** Words that are remembered: a header, its units, and what stands around. */
const MOST_WORDS = 4
/** Nothing has come for so long: a block is over, ms. */
export const PAUSE_MS = 300

const MALFORMED: Frame = { kind: 'malformed', reason: 'json', protected: false }

/** A line that is looked at, and what it is where no form is found. */
interface Held {
  readonly frame: Frame
  readonly atMs: number
}

/** A form that may be the one, with what it made of the lines held. */
interface Trial {
  readonly form: Form
  readonly outlet: Outlet
  /** Lines that it knew; each becomes a frame of it. */
  taken: number
}

/**
 * Lines into frames, whatever prints them. Lines of the wire go straight through. Others
 * are shown to each form; the first that makes samples of them is taken, and what it made
 * of the lines so far comes out. Lines that no form can read come out as what the wire
 * says of them. Each line is one frame.
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
  #isSaid = false
  /** The device has said something of the wire. */
  #hasSpoken = false
  /** The newest lines that the form took for words. */
  #words: readonly string[] = []
  #held: Held[] = []
  /** One of them has values. */
  #holdsValues = false
  #trials: readonly Trial[] = []

  constructor(sink: FormatSink, choice: FormatChoice, clock: Clock) {
    this.#sink = sink
    this.#clock = clock
    this.#options = { choice, parts: partsOf(choice) }
    const bound = boundTo(choice)
    this.#isBound = bound !== null
    this.#candidates = bound !== null ? [] : choice.name === 'json' ? ['json'] : FORMS
    if (bound !== null) this.#form = new Form(bound, this.#options, this.#saying())
  }

  /** A block waits for its end, or lines are being looked at: `pause` is to be called. */
  get isWaiting(): boolean {
    return this.#held.length > 0 || this.#form?.isWaiting === true
  }

  line(bytes: Uint8Array): void {
    if (this.#form !== null) {
      this.#ofForm(bytes, this.#form)
      return
    }
    const frame = decodeLine(bytes)
    // A blank between lines that are looked at may end a block.
    const isPlain = frame.kind === 'blank' ? this.#held.length === 0 : !isOdd(frame, bytes)
    if (!isPlain) {
      this.#look(bytes, frame)
      return
    }
    if (this.#held.length > 0) this.#release()
    if (frame.kind !== 'blank' && frame.kind !== 'crc_error') this.#hasSpoken = true
    this.#sink.frame(frame)
  }

  overlong(): void {
    this.#sink.frame(OVERLONG)
  }

  /** Nothing has come for `PAUSE_MS`. */
  pause(): void {
    this.#form?.pause()
    for (const { form } of this.#trials) form.pause()
    this.#decide()
    if (!this.#holdsValues) this.#endWords()
  }

  /** The connection is over, or the input. */
  end(): void {
    for (const { form } of this.#trials) form.end()
    const found = this.#trials.find(({ form }) => form.samples > 0)
    if (found !== undefined) this.#choose(found)
    this.#release()
    this.#form?.end()
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
    const text = textOf(bytes)
    const verdict = form.take(text, this.#clock.monoMs())
    if (verdict === 'unknown') this.#look(bytes, MALFORMED)
    else if (verdict === 'text') this.#words = [...this.#words.slice(1 - MOST_WORDS), text]
    else {
      this.#words = []
      if (this.#held.length > 0) this.#release()
    }
  }

  #backToWire(form: Form): void {
    form.end()
    this.#release()
    this.#form = null
    this.#hasSpoken = true
    this.#sink.format('lines of the wire again (firmware/PROTOCOL.md)', true)
  }

  /** Shows a line to all forms. @param frame what it is where none of them can read it */
  #look(bytes: Uint8Array, frame: Frame): void {
    const kinds = this.#candidates.filter(
      (kind) => kind !== this.#form?.kind && !this.#isTorn(kind, bytes),
    )
    const text = kinds.length === 0 ? null : textOf(bytes)
    if (text === null) {
      this.#sink.frame(frame)
      return
    }
    if (this.#trials.length === 0) {
      this.#trials = FORMS.map((kind) => this.#trial(kind))
      // What were words to the form so far may be the header of another.
      for (const { form, outlet } of this.#trials) {
        for (const each of this.#words) form.take(each, 0)
        outlet.forget()
      }
      this.#holdsValues = false
    }
    const nowMs = this.#clock.monoMs()
    let isKnown = false
    for (const trial of this.#trials) {
      if (!kinds.includes(trial.form.kind)) continue
      const verdict = trial.form.take(text, nowMs)
      if (verdict === 'unknown') continue
      isKnown = true
      trial.taken++
      if (verdict === 'text') continue
      this.#holdsValues = true
      break
    }
    if (!isKnown) {
      this.#sink.frame(frame)
      return
    }
    this.#held.push({ frame, atMs: nowMs })
    this.#decide()
    if (this.#held.length >= MOST_HELD) this.#release()
  }

  /** A line of the wire that was cut off looks like the beginning of an object over several lines. */
  #isTorn(kind: FormKind, bytes: Uint8Array): boolean {
    return kind === 'json' && this.#hasSpoken && bytes.length > 2 && isTornObject(bytes)
  }

  #trial(kind: FormKind): Trial {
    const outlet = new Outlet()
    return { form: new Form(kind, this.#options, outlet), outlet, taken: 0 }
  }

  #decide(): void {
    const found = this.#trials.find(({ form }) => form.isSure)
    if (found !== undefined) this.#choose(found)
  }

  #choose({ form, outlet, taken }: Trial): void {
    const isChange = this.#form !== null || this.#hasSpoken
    this.#form?.end()
    this.#form = form
    // Lines that this form could not read among those that it could.
    const unread = this.#held.length - taken
    this.#held = []
    this.#trials = []
    this.#words = []
    this.#isSaid = true
    this.#sink.format(form.words, isChange)
    for (let i = 0; i < unread; i++) this.#sink.frame(MALFORMED)
    outlet.open(this.#direct())
  }

  /** Words with nothing behind them: of a sketch that greets or complains, unless the wire is spoken here. */
  #endWords(): void {
    const isSketch = this.#form === null && !this.#hasSpoken
    const reader = this.#trials.find(({ taken }) => taken === this.#held.length)
    if (!isSketch || reader === undefined) {
      this.#release()
      return
    }
    this.#held = []
    this.#trials = []
    reader.outlet.open(this.#direct())
  }

  /** Nothing was found: each line is what it is. */
  #release(): void {
    const held = this.#held
    this.#held = []
    this.#trials = []
    for (const { frame, atMs } of held) this.#sink.frame(frame, this.#origin(0, atMs))
  }

  #origin(part: number, atMs: number): Origin {
    return { part, ageMs: Math.max(0, this.#clock.monoMs() - atMs) }
  }

  #direct(): FormOutput {
    return {
      frame: (frame, part, atMs) => this.#sink.frame(frame, this.#origin(part, atMs)),
      unit: (channel, unit) => this.#sink.unit(channel, unit),
    }
  }

  /** Output of a form that the user named: what was found out is reported with the first sample. */
  #saying(): FormOutput {
    const direct = this.#direct()
    return {
      frame: (frame, part, atMs) => {
        if (frame.kind === 'sample' && !this.#isSaid && this.#form !== null) {
          this.#isSaid = true
          this.#sink.format(this.#form.words, false)
        }
        direct.frame(frame, part, atMs)
      },
      unit: direct.unit,
    }
  }
}

/** The one form that a choice leaves; null: the wire, and what is found out. */
function boundTo({ name }: FormatChoice): FormKind | null {
  if (name === 'text' || name === 'plotter') return 'text'
  return name === 'csv' || name === 'tab' ? 'table' : null
}
