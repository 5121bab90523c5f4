import { InaError, isInaError } from '../../util/errors.ts'

/** Of more mistakes, only their number is said. */
const MOST_NAMED = 20

interface Mistake {
  readonly file: string
  /** Line or row; 0: the whole of it. */
  readonly at: number
  readonly text: string
}

/** Gathers what is wrong with files, so that all of it is said at once: file by file, each from its beginning. */
export class Mistakes {
  readonly #all: Mistake[] = []
  readonly #files = new Map<string, number>()

  /** @param place file and line or row: `tags.csv`, `tags.csv, row 3` */
  add(place: string, message: string): void {
    const [, file = place, at = '0'] = /^(.*), (?:line|row) (\d+)$/s.exec(place) ?? []
    if (!this.#files.has(file)) this.#files.set(file, this.#files.size)
    this.#all.push({ file, at: Number(at), text: `${place}: ${message}` })
  }

  /** @returns what the work returns; null: its InaError has been added, with its hint */
  catch<T>(place: string, work: () => T): T | null {
    try {
      return work()
    } catch (error) {
      if (!isInaError(error)) throw error
      this.add(place, `${error.message}; ${error.hint}`)
      return null
    }
  }

  /** @throws InaError config_invalid, where there are some */
  throwIfAny(): void {
    const order = ({ file }: Mistake): number => this.#files.get(file) ?? 0
    const sorted = this.#all.toSorted((a, b) => order(a) - order(b) || a.at - b.at)
    const named = sorted.slice(0, MOST_NAMED).map(({ text }) => text)
    const [first, ...others] = named
    if (first === undefined) return
    if (sorted.length === 1) throw new InaError('config_invalid', first, 'correct it')
    const more = sorted.length - named.length
    throw new InaError(
      'config_invalid',
      `${sorted.length} mistakes in what --poll-source names, the first: ${first}`,
      'correct all of them',
      undefined,
      more === 0 ? others : [...others, `and ${more} more`],
    )
  }
}
