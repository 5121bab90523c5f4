import type { Measured } from './measured.ts'
import { type FrameOutput, sampleFrame, TEXT } from './sample-frames.ts'

export interface RoundsOptions {
  readonly output: FrameOutput
  /** True: each channel is a device of its own. False: those behind the first are extra channels of one. */
  readonly isSplit: boolean
  /** Devices of the source. */
  readonly parts: number
  /** Called before the first value of an extra channel. */
  readonly onUnit: (channel: string, unit: string) => void
}

/**
 * Readings of a sensor with several channels (INA3221): one of each makes a round. Numbers
 * may begin at 0 or at 1, which the first round shows; a round that was joined in the
 * middle shows it at its end.
 */
export class Rounds {
  readonly #options: RoundsOptions
  /** The round under way, in order of its channels. */
  #round: Measured[] = []
  /** Number of the first channel; null: not known yet */
  #base: 0 | 1 | null = null
  readonly #named = new Set<string>()
  #isNumbered = false

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  /** The sensor has several channels. */
  get isNumbered(): boolean {
    return this.#isNumbered
  }

  get isWaiting(): boolean {
    return this.#round.length > 0
  }

  /** Each call stands for one line. */
  add(measured: Measured): void {
    const { part } = measured
    if (part === null) {
      this.end()
      this.#options.output.frame(sampleFrame(measured), 0, measured.atMs)
      return
    }
    this.#isNumbered = true
    const last = this.#round.at(-1)?.part ?? null
    if (last !== null && part <= last) this.#finish(part === 0)
    this.#round.push(measured)
    if (this.#options.isSplit && this.#base !== null) this.#finish(false)
  }

  /** A pause, or the end of the lines: no more channels will come. */
  end(): void {
    if (this.#round.length > 0) this.#finish(false)
  }

  /** @param isZeroNext the next round begins with channel 0 */
  #finish(isZeroNext: boolean): void {
    const round = this.#round
    this.#round = []
    if (isZeroNext || round.some(({ part }) => part === 0)) this.#base = 0
    else if (round[0]?.part === 1) this.#base ??= 1
    const base = this.#base ?? 1
    if (this.#options.isSplit) this.#split(round, base)
    else this.#merge(round, base)
  }

  #split(round: readonly Measured[], base: number): void {
    const { output, parts } = this.#options
    for (const measured of round) {
      const part = (measured.part as number) - base
      // More channels than devices were declared.
      if (part >= 0 && part < parts) output.frame(sampleFrame(measured), part, measured.atMs)
      else output.frame(TEXT, 0, measured.atMs)
    }
  }

  /** One sample of all: the first channel's v, a and w, and those of the others as v2, a2, w2, ... */
  #merge(round: readonly Measured[], base: number): void {
    const { output } = this.#options
    const last = round.at(-1)
    const first = round.find(({ part }) => part === base) ?? round[0]
    if (last === undefined || first === undefined) return
    const extras: Record<string, number> = { ...first.extras }
    for (const measured of round) {
      if (measured === first) continue
      output.frame(TEXT, 0, measured.atMs)
      const number = (measured.part as number) - base + 1
      const { v, a, w } = measured
      for (const [id, value, unit] of [
        ['v', v, 'V'],
        ['a', a, 'A'],
        ['w', w, 'W'],
      ] as const) {
        if (typeof value !== 'number') continue
        this.#name(`${id}${number}`, unit)
        extras[`${id}${number}`] = value
      }
      for (const [id, value] of Object.entries(measured.extras)) {
        if (id === 'shunt_mv') this.#name(`${id}${number}`, 'mV')
        else if (id === 'load_v') this.#name(`${id}${number}`, 'V')
        extras[`${id}${number}`] = value
      }
    }
    output.frame(sampleFrame({ ...first, extras }), 0, last.atMs)
  }

  #name(channel: string, unit: string): void {
    if (this.#named.has(channel)) return
    this.#named.add(channel)
    this.#options.onUnit(channel, unit)
  }
}
