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

  forget(): void {
    this.#kept = []
  }

  open(output: FormOutput): void {
    const kept = this.#kept
    this.#kept = []
    this.#output = output
    for (const each of kept) each(output)
  }
}
