import { createInterface, type Interface } from 'node:readline'
import type { Step } from '../app/calibrate-run.ts'
import type { ProcessIo } from '../app/io.ts'
import { InaError } from '../util/errors.ts'
import { parsePoint } from './calibration-point.ts'

const ZERO: Step = { quantity: 'current', reference: 0 }

/** The steps that flags name; on a terminal, or between two of them, whoever switches the load says when. */
export class CalibrationSteps {
  readonly #io: ProcessIo
  /** null: they are asked for */
  readonly #steps: readonly Step[] | null
  #lines: AsyncIterator<string> | null = null
  #reader: Interface | null = null

  /** @throws InaError usage_invalid: nobody can be asked */
  constructor(zero: boolean, points: readonly Step[], io: ProcessIo) {
    this.#io = io
    const named = [...(zero ? [ZERO] : []), ...points]
    this.#steps = named.length === 0 ? null : named
    if (named.length === 0 && !io.stdin.isTTY) {
      throw new InaError(
        'usage_invalid',
        'there is no terminal to ask on, and no step is named',
        'name the steps with --zero and --point <what the reference meter reads>',
      )
    }
  }

  /** @param done how many were measured */
  async next(done: number): Promise<Step | null> {
    if (this.#steps === null) return this.#ask(done)
    const step = this.#steps[done]
    if (step === undefined) return null
    // One step in a script is ready when it is called.
    if (done > 0 || this.#io.stdin.isTTY) await this.#line(`${request(step)}, then press Enter: `)
    return step
  }

  close(): void {
    this.#reader?.close()
    this.#io.stdin.unref?.()
  }

  async #ask(done: number): Promise<Step | null> {
    if (done === 0) {
      const text = await this.#line(`${request(ZERO)}, then press Enter (or s to skip this): `)
      if (text.toLowerCase() !== 's') return ZERO
    }
    for (;;) {
      const text = await this.#line(
        'Switch on a load that holds still, and type what the reference meter reads, such as 1.000A (Enter alone: no more points): ',
      )
      if (text === '') return null
      try {
        return parsePoint(text)
      } catch (error) {
        this.#io.stderr.write(
          `${error instanceof InaError ? `${error.message}; ${error.hint}` : error}\n`,
        )
      }
    }
  }

  async #line(prompt: string): Promise<string> {
    this.#io.stderr.write(prompt)
    this.#reader ??= createInterface({ input: this.#io.stdin })
    this.#lines ??= this.#reader[Symbol.asyncIterator]()
    const { value, done } = await this.#lines.next()
    if (done !== true) return value.trim()
    // Nobody has ended the line of the question.
    this.#io.stderr.write('\n')
    throw new InaError(
      'usage_invalid',
      'standard input ended before the next step',
      'send a line for each step behind the first one, once its load is on',
    )
  }
}

function request({ quantity, reference }: Step): string {
  if (reference === 0) return 'Switch the load off'
  return `Have ${reference} ${quantity === 'current' ? 'A' : 'V'} on the reference meter`
}
