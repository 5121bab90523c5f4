import { cleanText } from '../../domain/sample.ts'

/** Labels that are named as assumed. */
const MOST_ASSUMED = 16

/** What is read from what in lines of one form, for people, and what had to be assumed. */
export class ReadingWords {
  /** By quantity. */
  readonly #read = new Map<string, string>()
  /** Units by what the sketch calls the value. */
  readonly #assumed = new Map<string, string>()

  /** True: units of current or power rest on a convention. */
  get isAssumed(): boolean {
    return [...this.#assumed.values()].some((unit) => !unit.endsWith('V'))
  }

  /** `v from 'Bus Voltage' in V, a from 'ima' in mA; no unit is printed, assumed: ...` */
  get text(): string {
    const read = [...this.#read].map(([id, from]) => `${id} ${from}`).join(', ')
    if (!this.isAssumed) return read
    const taken = [...this.#assumed].map(([name, unit]) => `${name} in ${unit}`).join(', ')
    return `${read}; no unit is printed, assumed: ${taken}`
  }

  /** @param label what the sketch calls it; empty: nothing @param unit null: it goes without saying */
  reads(id: string, label: string, unit: string | null): void {
    const from = label === '' ? '' : `from '${shown(label)}'`
    this.#read.set(id, unit === null || unit === '' ? from : `${from} in ${unit}`.trim())
  }

  assume(label: string, unit: string): void {
    if (this.#assumed.size < MOST_ASSUMED) this.#assumed.set(`'${shown(label)}'`, unit)
  }

  /** What is read as it stands, for `restore`. */
  get read(): readonly (readonly [id: string, from: string])[] {
    return [...this.#read]
  }

  /** Readings since count for nothing. */
  restore(read: ReadingWords['read']): void {
    this.#read.clear()
    for (const [id, from] of read) this.#read.set(id, from)
  }

  clear(): void {
    this.#read.clear()
    this.#assumed.clear()
  }
}

function shown(label: string): string {
  return cleanText(label.trim()).slice(0, 40)
}
