import { cleanText } from '../../domain/sample.ts'

/** Lines that no form could read, before it is said what to do. */
const MANY = 64
const LONGEST_SHOWN = 60
/** Fewer say nothing of what the device prints. */
const FEWEST_AT_END = 2
const PRINTABLE = /^[\t\x20-\x7e\u00a0-\uffff]+$/

/** Says once, in plain words, that lines were not recognised: a device that is ignored without a word looks broken. */
export class UnreadLines {
  readonly #say: (text: string) => void
  #count = 0
  #first = ''
  #words = ''
  #isSaid = false

  constructor(say: (text: string) => void) {
    this.#say = say
  }

  /** A line that made no sample. Noise of a wrong baud rate is none that could be read. */
  line(text: string): void {
    if (this.#isSaid || text.trim() === '' || !PRINTABLE.test(text)) return
    if (this.#count++ === 0) this.#first = text
    if (this.#count >= MANY) this.#tell()
  }

  /** Words of the device, shown as its notes. */
  words(text: string): void {
    if (this.#words === '' && text.trim() !== '') this.#words = text
  }

  /** Nothing more will come, and nothing was recognised. */
  end(): void {
    if (this.#isSaid) return
    if (this.#count >= FEWEST_AT_END) this.#tell()
    else if (this.#words !== '') {
      this.#isSaid = true
      this.#say(`not recognised: no values came, only words such as '${shown(this.#words)}'`)
    }
  }

  #tell(): void {
    this.#isSaid = true
    this.#say(`not recognised: ${adviceFor(this.#first)}`)
  }
}

function adviceFor(line: string): string {
  const such = `lines such as '${shown(line)}' make no sample`
  if (!/^[\d.,;|+\-eE\s]+$/.test(line)) return `${such}; docs/formats.md shows what can be read`
  const name = /[,;]/.test(line) ? 'csv' : 'tab'
  return `${such}; where they are rows of (time,) voltage, current (, power), say so with --format ${name}`
}

function shown(line: string): string {
  return cleanText(line.trim()).slice(0, LONGEST_SHOWN)
}
