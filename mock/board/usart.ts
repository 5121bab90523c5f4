import type { CPU } from 'avr8js'

/** ATmega328P, DS40002061B 19.10. */
const UCSRA = 0xc0
const UCSRB = 0xc1
const UCSRC = 0xc2
const UBRRL = 0xc4
const UBRRH = 0xc5
const UDR = 0xc6

const RXC = 0x80
const TXC = 0x40
const UDRE = 0x20
const FE = 0x10
const DOR = 0x08
const U2X = 0x02
const MPCM = 0x01
const RXEN = 0x10
const TXEN = 0x08

/** Characters the receiver holds beside the one in its shift register. */
const RX_DEPTH = 2
/** 8N1: start, eight data, stop. */
const CHARACTER_BITS = 10

interface Received {
  readonly byte: number
  readonly isFramed: boolean
  readonly isAfterLoss: boolean
}

/**
 * The serial port, 8N1, bit-timed. In place of AVRUSART of avr8js 0.21.1,
 * which has no transmit buffer, a receiver one byte deep that overwrites in
 * silence, and drops what is pending when UCSRA or UCSRB is written.
 */
export class Usart {
  readonly #cpu: CPU
  #received: Received[] = []
  /** In the receiver's shift register, waiting for room. */
  #waiting: Received | null = null
  #isLost = false
  #shifting: number | null = null
  #buffered: number | null = null
  /** A character has left the wire, at the end of its stop bit. */
  onTransmit: (byte: number) => void = () => {}
  /** Characters that no register was free for. */
  overruns = 0

  constructor(cpu: CPU) {
    this.#cpu = cpu
    cpu.data[UCSRA] = UDRE
    cpu.data[UCSRC] = 0x06
    cpu.writeHooks[UCSRA] = (value) => {
      const kept = (cpu.data[UCSRA] as number) & (RXC | TXC | UDRE | FE | DOR)
      cpu.data[UCSRA] = kept | (value & (U2X | MPCM))
      if (value & TXC) cpu.clearInterrupt(TXC_INTERRUPT)
      return true
    }
    cpu.writeHooks[UCSRB] = (value) => {
      cpu.data[UCSRB] = value
      if (!(value & RXEN)) this.#flush()
      for (const interrupt of [RXC_INTERRUPT, UDRE_INTERRUPT, TXC_INTERRUPT]) {
        cpu.updateInterruptEnable(interrupt, value)
      }
      return true
    }
    cpu.writeHooks[UDR] = (value) => {
      if ((cpu.data[UCSRB] as number) & TXEN) this.#transmit(value)
      return true
    }
    cpu.readHooks[UDR] = () => this.#take()
  }

  /** Cycles of one bit, DS40002061B table 19-1. */
  get bitCycles(): number {
    const { data } = this.#cpu
    const divisor = (((data[UBRRH] as number) << 8) | (data[UBRRL] as number)) + 1
    return divisor * ((data[UCSRA] as number) & U2X ? 8 : 16)
  }

  get receiverEnabled(): boolean {
    return ((this.#cpu.data[UCSRB] as number) & RXEN) !== 0
  }

  /** A character has come in over the wire. @param isFramed false: its stop bit was low */
  receive(byte: number, isFramed: boolean): void {
    if (!this.receiverEnabled) return
    if (this.#received.length === RX_DEPTH) {
      // No room: the new one pushes out the one that waits (DS40002061B 19.8.4).
      if (this.#waiting) {
        this.#isLost = true
        this.overruns += 1
      }
      this.#waiting = { byte, isFramed, isAfterLoss: this.#isLost }
      return
    }
    this.#received.push({ byte, isFramed, isAfterLoss: this.#isLost })
    this.#isLost = false
    this.#showReceived()
  }

  #take(): number {
    const taken = this.#received.shift()
    if (this.#waiting) {
      this.#received.push(this.#waiting)
      this.#waiting = null
      this.#isLost = false
    }
    this.#showReceived()
    return taken?.byte ?? 0
  }

  #flush(): void {
    this.#received = []
    this.#waiting = null
    this.#isLost = false
    this.#showReceived()
  }

  #showReceived(): void {
    const { data } = this.#cpu
    const head = this.#received[0]
    const errors = head ? (head.isFramed ? 0 : FE) | (head.isAfterLoss ? DOR : 0) : 0
    data[UCSRA] = ((data[UCSRA] as number) & ~(FE | DOR)) | errors
    if (head) this.#cpu.setInterruptFlag(RXC_INTERRUPT)
    else this.#cpu.clearInterrupt(RXC_INTERRUPT)
  }

  #transmit(byte: number): void {
    if (this.#shifting === null) {
      this.#shift(byte)
    } else {
      this.#buffered = byte
      this.#cpu.clearInterrupt(UDRE_INTERRUPT)
    }
  }

  #shift(byte: number): void {
    this.#shifting = byte
    this.#cpu.addClockEvent(this.#shifted, CHARACTER_BITS * this.bitCycles)
  }

  readonly #shifted = (): void => {
    const byte = this.#shifting as number
    const next = this.#buffered
    this.#shifting = null
    this.#buffered = null
    if (next === null) {
      this.#cpu.setInterruptFlag(TXC_INTERRUPT)
    } else {
      this.#shift(next)
      this.#cpu.setInterruptFlag(UDRE_INTERRUPT)
    }
    this.onTransmit(byte)
  }
}

const RXC_INTERRUPT = interrupt(0x24, RXC, 0x80, true)
const UDRE_INTERRUPT = interrupt(0x26, UDRE, 0x20, true)
const TXC_INTERRUPT = interrupt(0x28, TXC, 0x40, false)

/** @param isLevel true: goes on until its cause is gone, entering the interrupt clears nothing */
function interrupt(
  address: number,
  flagMask: number,
  enableMask: number,
  isLevel: boolean,
): Parameters<CPU['setInterruptFlag']>[0] {
  return {
    address,
    flagRegister: UCSRA,
    flagMask,
    enableRegister: UCSRB,
    enableMask,
    constant: isLevel,
  }
}
