import type { Frame } from '../../protocol/frames.ts'
import { Form, type FormKind, type FormOptions } from './form.ts'
import { holdsNamedValues } from './labelled-lines.ts'

/** A line that is looked at, and what it is where no form is found. */
export interface HeldLine {
  readonly frame: Frame
  /** Host's monotonic time at which it came. */
  readonly atMs: number
  readonly text: string
}

/** A form that may be the one; what it makes of the lines is kept in its outlet. */
interface Trial {
  readonly form: Form
  /** Samples that speak neither for it nor against: of before it was doubted. */
  readonly samplesBefore: number
  /** Lines that it knew; each becomes a frame of it. */
  taken: number
}

/** Lines that are shown to several forms, and held until one of them has made samples of them. */
export class Trials {
  readonly #trials: readonly Trial[]
  readonly #held: HeldLine[] = []
  /** The form that has made no samples for long, and is shown the lines first; null: there is none */
  readonly former: Form | null
  #holdsValues = false

  /**
   * @param words lines before these, which may be the header of a form
   * @param former has said the end of its lines, and keeps what it makes from here on
   */
  constructor(
    kinds: readonly FormKind[],
    options: FormOptions,
    words: readonly string[],
    former: Form | null = null,
  ) {
    this.former = former
    const forms = kinds.map((kind) => new Form(kind, options))
    for (const form of forms) {
      for (const each of words) if (!holdsNamedValues(each)) form.take(each, 0)
      form.outlet.forget()
    }
    this.#trials = [...(former === null ? [] : [former]), ...forms].map((form) => ({
      form,
      // What a new form made of the words speaks for it, too.
      samplesBefore: form === former ? form.samples : 0,
      taken: 0,
    }))
  }

  get held(): readonly HeldLine[] {
    return this.#held
  }

  /** One of the lines has values. */
  get holdsValues(): boolean {
    return this.#holdsValues
  }

  /** The form that has made samples of the lines, and is sure of them. */
  get found(): Form | null {
    return this.#trials.find((each) => hasSamples(each) && each.form.isSure)?.form ?? null
  }

  /** How many of the lines a form could not read. */
  unreadBy(form: Form): number {
    return this.#held.length - (this.#trials.find((each) => each.form === form)?.taken ?? 0)
  }

  /** A form that could read all of the lines. */
  get reader(): Form | null {
    return this.#trials.find(({ taken }) => taken === this.#held.length)?.form ?? null
  }

  /**
   * Shows a line to the forms of these kinds, and to the former one.
   *
   * @returns false where none can read it, and it is not held
   */
  take(line: HeldLine, kinds: readonly FormKind[]): boolean {
    let isKnown = false
    for (const trial of this.#trials) {
      const { form } = trial
      const isFormer = form === this.former
      if (!isFormer && !kinds.includes(form.kind)) continue
      const verdict = form.take(line.text, line.atMs)
      if (verdict === 'unknown') continue
      isKnown = true
      trial.taken++
      if (verdict === 'text') continue
      this.#holdsValues = true
      // What it makes of a line that is no sample says nothing against the others.
      if (!isFormer || hasSamples(trial)) break
    }
    // Beside a form that goes on as before, what nobody reads is one of its lines.
    if (!isKnown && this.former === null) return false
    this.#held.push(line)
    return true
  }

  pause(): void {
    for (const { form } of this.#trials) form.pause()
  }

  /** No more lines will come. @returns the form that has made samples, sure or not */
  end(): Form | null {
    for (const { form } of this.#trials) form.end()
    return this.#trials.find(hasSamples)?.form ?? null
  }
}

function hasSamples({ form, samplesBefore }: Trial): boolean {
  return form.samples > samplesBefore
}
