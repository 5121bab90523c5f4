/** A part on the bus, seen byte by byte. */
export interface I2cTarget {
  /** 7 bits */
  readonly address: number
  /** @returns true: acknowledged */
  addressed(isRead: boolean): boolean
  /** @returns true: acknowledged */
  received(byte: number): boolean
  /** The next byte of a read. */
  send(): number
  stopped(): void
}

/** Which of the two lines a bus fault holds low. */
export type StuckLine = 'none' | 'sda' | 'scl'

/**
 * The two open-drain wires and what hangs on them. The TWI of the
 * microcontroller moves whole bytes over it; its port pins can pull the lines
 * low one edge at a time. What connects the two is a part that was left in the
 * middle of a byte: it holds SDA until it has been clocked out of it.
 */
export class I2cBus {
  readonly #targets: readonly I2cTarget[]
  #selected: I2cTarget | null = null
  #isRead = false
  #stuck: StuckLine = 'none'
  /** Bits the selected part still has to put on SDA, next one first; its acknowledge counts as one. */
  #heldBits: number[] = []
  #pinSclLow = false
  #pinSdaLow = false
  /** Clock in Hz above which the edges are too slow for anybody to read a byte: long wires, weak pull-ups. */
  maxHz = Number.POSITIVE_INFINITY
  /** Called when a line may have changed. */
  onLines: () => void = () => {}

  constructor(targets: readonly I2cTarget[]) {
    this.#targets = targets
  }

  /** Level of the wire. */
  get sda(): boolean {
    return !this.#pinSdaLow && this.sdaReleased
  }

  get scl(): boolean {
    return !this.#pinSclLow && this.sclReleased
  }

  /** Nothing but the microcontroller's own pins could hold it low. */
  get sdaReleased(): boolean {
    return this.#stuck !== 'sda' && this.#heldBits[0] !== 0
  }

  get sclReleased(): boolean {
    return this.#stuck !== 'scl'
  }

  /** A short to ground, a jammed part. */
  get stuck(): StuckLine {
    return this.#stuck
  }

  set stuck(line: StuckLine) {
    this.#stuck = line
    this.onLines()
  }

  start(): void {
    this.#heldBits = []
    this.#selected = null
    this.onLines()
  }

  /** @returns true: acknowledged */
  select(address: number, isRead: boolean): boolean {
    this.#isRead = isRead
    const target = this.#targets.find((each) => each.address === address)
    this.#selected = target?.addressed(isRead) ? target : null
    return this.#selected !== null
  }

  write(byte: number): boolean {
    return this.#selected?.received(byte) ?? false
  }

  read(): number {
    return this.#selected?.send() ?? 0xff
  }

  stop(): void {
    this.#heldBits = []
    this.#selected?.stopped()
    this.#selected = null
    this.onLines()
  }

  /**
   * The microcontroller fell silent in the middle of a byte.
   *
   * @param byte the one being read; null while it sent one
   * @param bit 0..8 bits of it were over; 8: in the acknowledge
   */
  abandon(byte: number | null, bit: number): void {
    if (!this.#selected) return
    if (byte !== null) this.#heldBits = bitsOf(byte).slice(bit)
    else if (bit === 8) this.#heldBits = this.#isRead ? [0, ...bitsOf(this.read())] : [0]
    this.onLines()
  }

  /** The port pins of the microcontroller: true pulls the wire low. */
  drive(sclLow: boolean, sdaLow: boolean): void {
    const before = { scl: this.scl, sda: this.sda }
    this.#pinSclLow = sclLow
    this.#pinSdaLow = sdaLow
    const { scl, sda } = this
    if (before.scl && scl && before.sda !== sda) {
      if (sda) this.stop()
      else this.start()
    } else if (before.scl && !scl) {
      this.#clockFell()
    }
    this.onLines()
  }

  #clockFell(): void {
    if (this.#heldBits.length === 0) return
    this.#heldBits.shift()
    // The acknowledge after the last bit is not given, so the part lets go.
    if (this.#heldBits.length === 0) this.#selected = null
  }
}

function bitsOf(byte: number): number[] {
  return Array.from({ length: 8 }, (_, i) => (byte >> (7 - i)) & 1)
}
