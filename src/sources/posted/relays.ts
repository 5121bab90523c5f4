import { OUTPUT_NAMES, type Outputs } from '../../domain/outputs.ts'
import type { Frame } from '../../protocol/frames.ts'
import { OUTPUTS, read } from '../../protocol/members.ts'
import { isRecord } from '../../util/records.ts'

/** Either all relays as they are now, or why that is not known. */
export type Switched =
  | { readonly outputs: Outputs }
  | {
      /** As the device would say it in a nack: `timeout`, no answer; `unconfirmed`, another one. */
      readonly error: 'timeout' | 'unconfirmed'
      /** What happened, in words. */
      readonly why: string
    }

/** Relays, wherever they are. */
export interface RelayBoard {
  /** Nothing is switched. */
  readonly isVirtual: boolean
  /** @param wanted those to be switched */
  switch(wanted: Outputs): Promise<Switched>
  /** How they are. */
  read(): Promise<Switched>
}

/** How often it is looked how they are, ms: somebody may switch them by hand. */
const LOOK_MS = 5000

/**
 * The relays of a device that posts its samples, as the outputs of a board are (PROTOCOL.md 5.6, 6): told
 * by `set_output`, and acknowledged when they have confirmed it.
 */
export class Relays {
  readonly #board: RelayBoard
  #say: ((frame: Frame) => void) | null = null
  #timer: NodeJS.Timeout | undefined
  /** The newest command, and how it was answered; null: it is under way. */
  #seq: number | null = null
  #answer: Frame | null = null
  /** What was wrong the last time; empty: nothing. */
  #trouble = ''
  #isSwitching = false
  #wereVirtual = false
  /** As they were reported last. */
  #said = ''

  constructor(board: RelayBoard) {
    this.#board = board
  }

  /** Why nobody knows how they are at the moment, in words; empty: they have answered. */
  get trouble(): string {
    return this.#trouble
  }

  get areVirtual(): boolean {
    return this.#board.isVirtual
  }

  /** @param say takes what the relays have to say */
  start(say: (frame: Frame) => void): void {
    this.#say = say
    this.#timer = setInterval(() => void this.#look(), LOOK_MS)
    void this.#look()
  }

  stop(): void {
    this.#say = null
    clearInterval(this.#timer)
  }

  /** A line of the host; what is no command is passed over. */
  hear(line: string): void {
    let command: unknown
    try {
      command = JSON.parse(line)
    } catch {
      return
    }
    if (!isRecord(command) || typeof command['seq'] !== 'number') return
    const { seq } = command
    if (seq === this.#seq) {
      // Sent again: it is carried out once.
      if (this.#answer !== null) this.#later(this.#answer)
      return
    }
    this.#seq = seq as number
    this.#answer = null
    void this.#carryOut(command, seq as number)
  }

  async #carryOut(command: Readonly<Record<string, unknown>>, seq: number): Promise<void> {
    const { cmd, value } = command
    const wanted = cmd === 'set_output' ? read(OUTPUTS, { outputs: value }, 'outputs') : null
    let error = cmd === 'set_output' ? 'range' : 'unknown'
    const names: readonly string[] = OUTPUT_NAMES
    if (wanted !== null && Object.keys(wanted).every((name) => names.includes(name))) {
      this.#isSwitching = true
      const switched = await this.#board.switch(wanted)
      this.#isSwitching = false
      this.#heard(switched)
      if ('outputs' in switched) {
        this.#answered(seq, { kind: 'ack', seq, protected: true })
        return
      }
      error = switched.error
    }
    this.#answered(seq, { kind: 'nack', seq, error, protected: true })
  }

  async #look(): Promise<void> {
    if (this.#isSwitching) return
    const found = await this.#board.read()
    // What was read while they were switched may be of before.
    if (!this.#isSwitching) this.#heard(found)
  }

  #heard(switched: Switched): void {
    if ('outputs' in switched) {
      if (this.areVirtual && !this.#wereVirtual) {
        this.#note('the relays are virtual: nothing is switched')
      }
      this.#wereVirtual = this.areVirtual
      this.#trouble = ''
      const said = JSON.stringify(switched.outputs)
      if (said === this.#said) return
      this.#said = said
      this.#say?.({ kind: 'outputs', outputs: switched.outputs, protected: true })
    } else {
      // What they say next is news, also where it is what they said before.
      this.#said = ''
      if (switched.why === this.#trouble) return
      this.#trouble = switched.why
      this.#note(`relays: ${switched.why}`)
    }
  }

  #answered(seq: number, answer: Frame): void {
    if (this.#seq === seq) this.#answer = answer
    this.#later(answer)
  }

  /** As any device does: never from within the call. */
  #later(frame: Frame): void {
    setImmediate(() => this.#say?.(frame))
  }

  #note(message: string): void {
    this.#say?.({ kind: 'note', message, protected: true })
  }
}
