import type { Frame } from '../../protocol/frames.ts'
import type { FormOutput } from './form.ts'

/** Keeps what a form makes of lines, until that form is chosen. */
export class Outlet implements FormOutput {
  #kept: ((output: FormOutput) => void)[] = []
  #output: FormOutput | null = null

  frame(frame: Frame, part: number, atMs: number): void {
    if (this.#output !== null) this.#output.frame(frame, part, atMs)
    else this.#kept.push((output) => output.frame(frame, part, atMs))
  }

  unit(channel: string, unit: string): void {
    if (this.#output !== null) this.#output.unit(channel, unit)
    else this.#kept.push((output) => output.unit(channel, unit))
  }

  renamed(text: string, isChange: boolean): void {
    if (this.#output !== null) this.#output.renamed(text, isChange)
    else this.#kept.push((output) => output.renamed(text, isChange))
  }

  forget(): void {
    this.#kept = []
  }

  /** The form is in doubt again: what it makes from here on is kept. */
  close(): void {
    this.#output = null
  }

  open(output: FormOutput): void {
    const kept = this.#kept
    this.#kept = []
    this.#output = output
    for (const each of kept) each(output)
  }
}
