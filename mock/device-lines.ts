import type { Outputs } from '../src/domain/outputs.ts'
import { encodeLine, resendBody, type SampleText, sampleBody } from '../src/protocol/codec.ts'
import { closeLine, withCrc } from '../src/protocol/crc.ts'
import {
  ACK,
  BURST,
  GONE,
  HELLO,
  type MemberTable,
  type MemberValues,
  NACK,
  NOTE,
  OUTPUTS,
  TRIGGER,
} from '../src/protocol/members.ts'
import { ampsMax, type Settings } from './device-settings.ts'

/** A line to the host, without its newline. */
export interface DeviceLine {
  readonly text: string
  /** Number of the sample it carries, else null. */
  readonly seq: number | null
  /** True: that sample had been sent before. */
  readonly resend?: boolean
}

/** Who a device is, for its `hello`. */
export interface Identity {
  readonly name: string
  readonly boot: number
  /** Number of the next sample, and of this boot's first one. */
  readonly nextSeq: number
  readonly firstSeq: number
  /** How many of the newest samples can be sent again. */
  readonly depth: number
  readonly outputs: Outputs
}

/** A burst, all its readings together. */
export interface BurstValues {
  readonly burst: number
  readonly pre: number
  /** µs */
  readonly dt: number
  /** Ω */
  readonly shunt: number
  /** Unix time of the trigger, s */
  readonly ts: number
  /** 10 µV */
  readonly c: readonly number[]
}

/** PROTOCOL.md 5.7 */
const READINGS_A_LINE = 32
/** I²C address of the sensor. */
const ADDRESS = 0x40

/** Writes the lines of a device (PROTOCOL.md 5): with a CRC, or bare as in contract 2.1. */
export class DeviceLines {
  readonly #plain: boolean

  constructor(plain: boolean) {
    this.#plain = plain
  }

  /** @returns the line, and what of it is kept for `resend` */
  sample(text: SampleText, ts: string, seq: number): { line: DeviceLine; body: string } {
    const body = sampleBody(text, ts, seq)
    return { line: { text: this.#close(body), seq }, body }
  }

  resend(body: string, seq: number): DeviceLine {
    return { text: this.#close(resendBody(body)), seq, resend: true }
  }

  hello(identity: Identity, settings: Settings): DeviceLine {
    const { name, boot, nextSeq, firstSeq, depth, outputs } = identity
    const { intervalMs, shuntOhm, rangeV, averaging, bits, baud, mode, calibration } = settings
    const { detail, us, keep } = settings
    return this.#control(HELLO, {
      hello: 'ina219',
      fw: 'mock',
      proto: 1,
      boot,
      seq: nextSeq,
      first: firstSeq === 0 ? undefined : firstSeq,
      depth,
      // Whole ms on the wire; 0 would mean every conversion.
      interval: intervalMs === 0 ? 0 : Math.max(1, Math.round(intervalMs)),
      shunt: shuntOhm,
      range: rangeV,
      amax: ampsMax(settings),
      avg: averaging,
      bits,
      addr: ADDRESS,
      baud,
      mode,
      // As devices that know nothing of it say it.
      detail: detail ? true : undefined,
      us: us ? true : undefined,
      name,
      zero: calibration.offset,
      gain: calibration.gain,
      keep: keep ? true : undefined,
      outputs,
    })
  }

  ack(seq: number): DeviceLine {
    return this.#control(ACK, { ack: seq, result: 'ok' })
  }

  /** @param seq null: the line could not be read */
  nack(seq: number | null, error: string): DeviceLine {
    return this.#control(NACK, { nack: seq, error })
  }

  gone(first: number, last: number): DeviceLine {
    return this.#control(GONE, { gone: [first, last] })
  }

  outputs(outputs: Outputs): DeviceLine {
    return this.#control(OUTPUTS, { outputs })
  }

  /** @param ts Unix time, s */
  trigger(state: 'armed' | 'off', ts: number): DeviceLine {
    return this.#control(TRIGGER, { trigger: state, ts })
  }

  /** A whole burst. */
  burst({ c, ...members }: BurstValues): DeviceLine[] {
    const lines: DeviceLine[] = []
    for (let i = 0; i < c.length; i += READINGS_A_LINE) {
      const values = { ...members, i, n: c.length, c: c.slice(i, i + READINGS_A_LINE) }
      lines.push(this.#control(BURST, values))
    }
    return lines
  }

  note(message: string): DeviceLine {
    return this.#control(NOTE, { type: 'status', message })
  }

  #close(body: string): string {
    return this.#plain ? `${body}}` : closeLine(body)
  }

  #control<T extends MemberTable>(table: T, values: MemberValues<T>): DeviceLine {
    const line = encodeLine(table, values)
    return { text: this.#plain ? line : withCrc(line), seq: null }
  }
}
