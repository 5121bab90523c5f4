import { readFileSync } from 'node:fs'
import type { Frame, SampleFrame } from '../../src/protocol/frames.ts'
import { parseFormat } from '../../src/sources/formats/format-choice.ts'
import { FormatDecoder } from '../../src/sources/formats/format-decoder.ts'

/** What a sketch printed: a file of test/captures. */
export function capture(name: string): Buffer {
  return readFileSync(new URL(`../captures/${name}.txt`, import.meta.url))
}

/** A decoder of lines of whatever form, with a clock of its own, and all that came out of it. */
export class FormatRig {
  readonly frames: Frame[] = []
  /** `v a w extras status` of each sample, in words; `2: ` before those of the second device. */
  readonly samples: string[] = []
  readonly stamps: SampleFrame['stamp'][] = []
  readonly ages: number[] = []
  readonly formats: string[] = []
  readonly changes: boolean[] = []
  readonly notes: string[] = []
  readonly units: Record<string, string> = {}
  nowMs = 0
  readonly #decoder: FormatDecoder

  /** @param isJoined as on a port: the first line may be the rest of one */
  constructor(format = 'auto', isJoined = false) {
    this.#decoder = new FormatDecoder(
      {
        frame: (frame, origin) => {
          this.frames.push(frame)
          if (frame.kind === 'note') this.notes.push(frame.message)
          if (frame.kind !== 'sample') return
          const part = origin?.part ?? 0
          this.samples.push(`${part === 0 ? '' : `${part + 1}: `}${sampleText(frame)}`)
          this.stamps.push(frame.stamp)
          this.ages.push(origin?.ageMs ?? 0)
        },
        format: (text, isChange) => {
          this.formats.push(text)
          this.changes.push(isChange)
        },
        unit: (channel, unit) => {
          this.units[channel] = unit
        },
      },
      parseFormat(format),
      { wallMs: () => this.nowMs, monoMs: () => this.nowMs },
      isJoined,
    )
  }

  get isWaiting(): boolean {
    return this.#decoder.isWaiting
  }

  push(bytes: Uint8Array | string): this {
    this.#decoder.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
    return this
  }

  pause(): this {
    this.#decoder.pause()
    return this
  }

  end(): this {
    this.#decoder.end()
    return this
  }

  count(kind: Frame['kind']): number {
    return this.frames.filter((frame) => frame.kind === kind).length
  }
}

function sampleText({ electric, voltage, current, power, extras, status }: SampleFrame): string {
  const values = electric ? [voltage, current, power ?? '-'] : ['-', '-', '-']
  const further = Object.entries(extras ?? {}).map(([id, value]) => `${id}=${value}`)
  return [...values, ...further, status].join(' ')
}
