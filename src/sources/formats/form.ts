import { cleanText } from '../../domain/sample.ts'
import type { Frame, NoteFrame } from '../../protocol/frames.ts'
import type { FormatChoice, Units } from './format-choice.ts'
import { JsonLines } from './json-lines.ts'
import { LabelledLines } from './labelled-lines.ts'
import { Meaning, type Measured } from './measured.ts'
import { Outlet } from './outlet.ts'
import type { LineReader, Reading, ReadingSink, Verdict } from './reading.ts'
import { Rounds } from './rounds.ts'
import { Completeness, isComplete, oneSided, TEXT, UNREAD } from './sample-frames.ts'
import { TableLines } from './table-lines.ts'
import { FEWEST_ROWS } from './table-shape.ts'

/** Forms of lines that are read differently. */
export type FormKind = 'text' | 'table' | 'json'

export interface FormOptions {
  /** As `--format` says; its name may bind the form further. */
  readonly choice: FormatChoice
  /** Devices of the source; more than one: channels of a sensor go apart. */
  readonly parts: number
}

/** What comes out of a form, in order. */
export interface FormOutput {
  /** One line. @param atMs host's monotonic time at which it came */
  frame(frame: Frame, part: number, atMs: number): void
  /** Unit of an extra channel, before its first value. */
  unit(channel: string, unit: string): void
  /**
   * What is read from what, where that is no longer what it was.
   *
   * @param isChange true: in place of what was read before; false: besides it
   */
  renamed(text: string, isChange: boolean): void
}

/** Of values that sketches print without a unit: what the INA219's libraries return. */
const SKETCH_UNITS: Units = { v: 'V', a: 'mA', w: 'mW' }
/** JSON is in the units of the wire. */
const WIRE_UNITS: Units = { v: 'V', a: 'A', w: 'W' }

const SEPARATORS: Partial<Record<FormatChoice['name'], readonly string[]>> = {
  csv: [',', ';'],
  tab: ['\t', '|', ' '],
}
/** Rows without a header and units that are looked at where the user says that they are rows. */
const SHAPE_ROWS_SAID = 3
/** Different remarks of a sketch that become notes. */
const MOST_NOTES = 24
const LONGEST_NOTE = 120
/** Sketches with two tables in turn would fill the log with what they are. */
const MOST_CHANGES = 16

const WORDS: Readonly<Record<FormKind, string>> = {
  text: 'named values',
  table: 'rows of values',
  json: 'JSON with names of its own',
}

/** How the user corrects what was assumed. */
const HINTS: Readonly<Record<FormKind, string>> = {
  text: '--format text/A',
  table: '--format csv/A',
  json: '--format json/mA',
}

/** One form of lines from text to frames: each line that `take` knows ends in exactly one frame. */
export class Form {
  readonly kind: FormKind
  /** Where its frames come out, once it is opened. */
  readonly outlet = new Outlet()
  readonly #reader: LineReader
  readonly #meaning: Meaning
  readonly #rounds: Rounds
  readonly #isSplit: boolean
  readonly #complete = new Map<number | null, Completeness>()
  readonly #notes = new Set<string>()
  /** What the words were before the lines had other names; null: they are the same */
  #wordsBefore: string | null = null
  #changes = 0
  #hasOther = false
  #nowMs = 0
  /** Samples with voltage and current, and those with one of them. */
  samples = 0

  constructor(kind: FormKind, { choice, parts }: FormOptions) {
    this.kind = kind
    const output = this.outlet
    const onUnit = (channel: string, unit: string): void => output.unit(channel, unit)
    this.#meaning = new Meaning(choice.units, kind === 'json' ? WIRE_UNITS : SKETCH_UNITS, onUnit)
    this.#isSplit = parts > 1
    this.#rounds = new Rounds({ output, isSplit: this.#isSplit, parts, onUnit })
    const sink: ReadingSink = {
      reading: (reading) => this.#read(reading),
      text: () => this.#line(TEXT),
      remark: (text) => this.#line(this.#noteOf(text)),
      unread: () => this.#line(UNREAD),
      renamed: () => this.#relearn(),
    }
    this.#reader = this.#makeReader(choice, sink)
  }

  /** What was found out, for people. */
  get words(): string {
    const hint = this.#meaning.isAssumed ? ` (${HINTS[this.kind]} says otherwise)` : ''
    const isMerged = this.#rounds.isNumbered && !this.#isSplit
    const channels = isMerged ? '; --format ina3221 makes a device of each channel' : ''
    return `${WORDS[this.kind]}: ${this.#meaning.words}${hint}${channels}`
  }

  /** Enough was read to be sure that the lines are of this form. */
  get isSure(): boolean {
    return this.samples >= (this.#meaning.isAssumed && this.kind === 'text' ? 2 : 1)
  }

  get isWaiting(): boolean {
    return this.#reader.isWaiting || this.#rounds.isWaiting
  }

  /** @returns `unknown` where the line is not of this form: then nothing came of it */
  take(line: string, nowMs: number): Verdict {
    this.#nowMs = nowMs
    return this.#reader.take(line, nowMs)
  }

  pause(): void {
    this.#reader.pause()
    if (!this.#reader.isWaiting) this.#rounds.end()
  }

  end(): void {
    this.#reader.end()
    this.#endIncomplete()
    this.#rounds.end()
  }

  #makeReader({ name }: FormatChoice, sink: ReadingSink): LineReader {
    if (this.kind === 'json') return new JsonLines(sink)
    if (this.kind === 'table') {
      const isSaid = name === 'csv' || name === 'tab'
      return new TableLines(sink, {
        separators: SEPARATORS[name] ?? null,
        shapeRows: isSaid ? SHAPE_ROWS_SAID : FEWEST_ROWS,
      })
    }
    return new LabelledLines(sink, (values) => {
      const measured = this.#meaning.measure({ ...NOTHING, values })
      return measured !== null && (measured.isOther || isComplete(measured))
    })
  }

  #read(reading: Reading): void {
    const measured = this.#meaning.measure(reading)
    if (measured === null) {
      this.outlet.frame(UNREAD, 0, reading.atMs)
      return
    }
    this.#add(this.#completenessOf(measured.part).judge(measured))
  }

  #add(judged: ReturnType<Completeness['judge']>): void {
    for (const { measured, isSample } of judged) {
      if (!isSample) {
        this.outlet.frame(UNREAD, 0, measured.atMs)
        continue
      }
      this.#sayChange(measured)
      // Values of another circuit do not show that the lines are still what they were.
      if (!measured.isOther) this.samples++
      this.#rounds.add(oneSided(measured))
    }
  }

  /** Columns have other names now, or other units. */
  #relearn(): void {
    this.#endIncomplete()
    this.#complete.clear()
    this.#rounds.end()
    if (this.samples > 0) this.#wordsBefore ??= this.words
    this.#meaning.relearn()
  }

  #endIncomplete(): void {
    for (const each of this.#complete.values()) this.#add(each.end())
  }

  #sayChange({ isOther }: Measured): void {
    if (isOther && !this.#hasOther) {
      this.#hasOther = true
      this.outlet.renamed(
        `voltage and current under further names are another circuit's, and channels of their own: ${this.words}`,
        false,
      )
    }
    const before = this.#wordsBefore
    if (before === null) return
    this.#wordsBefore = null
    if (before === this.words || this.#changes >= MOST_CHANGES) return
    this.#changes++
    const further =
      this.#changes < MOST_CHANGES ? '' : '; it goes on changing, and is not said again'
    this.outlet.renamed(`${this.words}${further}`, true)
  }

  #completenessOf(part: number | null): Completeness {
    let found = this.#complete.get(part)
    if (found === undefined) {
      found = new Completeness()
      this.#complete.set(part, found)
    }
    return found
  }

  #line(frame: Frame): void {
    this.outlet.frame(frame, 0, this.#nowMs)
  }

  /** Shown once: a remark that comes with every sample would be all that there is to see. */
  #noteOf(text: string): Frame {
    const message = cleanText(text.trim()).slice(0, LONGEST_NOTE)
    if (this.#notes.has(message) || this.#notes.size >= MOST_NOTES) return TEXT
    this.#notes.add(message)
    const note: NoteFrame = { kind: 'note', message, protected: false }
    return note
  }
}

const NOTHING = { captureTime: null, ts: null, part: null, overflow: false, atMs: 0 }
