import { expect } from 'vitest'
import { holesIn } from '../../src/domain/burst.ts'
import { DEFAULT_RANGE } from '../../src/domain/limits.ts'
import type { Frame, HelloFrame } from '../../src/protocol/frames.ts'
import { Link, type LinkOptions } from '../../src/protocol/link/link.ts'
import type { LinkEvent } from '../../src/protocol/link/link-event.ts'
import { sampleFrame } from './frames.ts'

/** A link whose events are written down in words; time stands still until a test moves it. */
export class LinkRig {
  readonly link: Link
  nowMs = 0
  /** What came of the inputs since the last look. */
  #words: string[] = []

  constructor(options: Partial<LinkOptions> = {}) {
    this.link = new Link({
      duplex: true,
      bytesPerSecond: 11_520,
      firstCommandSeq: 40,
      resumePoints: () => [],
      source: '/dev/ttyUSB0',
      names: ['port'],
      takesOwnName: true,
      ...options,
    })
  }

  frame(frame: Frame): this {
    return this.#note(this.link.frame(frame, this.nowMs * 1000, this.nowMs))
  }

  samples(...seqs: number[]): this {
    for (const seq of seqs) this.frame(sampleFrame(seq))
    return this
  }

  resend(seq: number): this {
    return this.frame(sampleFrame(seq, { resend: true }))
  }

  hello(change: Partial<HelloFrame> = {}): this {
    return this.frame({
      kind: 'hello',
      model: 'ina219',
      name: null,
      firmware: null,
      boot: 17,
      nextSeq: 0,
      firstSeq: 0,
      depth: 98,
      intervalMs: 10,
      range: DEFAULT_RANGE,
      mode: 'stream',
      calibration: null,
      outputs: null,
      members: {},
      protected: true,
      ...change,
    })
  }

  command(id: number, cmd: string): this {
    return this.#note(this.link.command(id, { cmd }, this.nowMs))
  }

  setBaud(value: number): this {
    return this.#note(this.link.command(1, { cmd: 'set_baud', value }, this.nowMs))
  }

  connected(): this {
    return this.#note(this.link.connected(this.nowMs))
  }

  durable(seq: number): this {
    return this.#note(this.link.durable(seq))
  }

  finish(): this {
    return this.#note(this.link.finish())
  }

  /** Lets time pass, with timers every 10 ms. */
  wait(ms: number): this {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; ) {
      this.nowMs += 10
      this.#note(this.link.tick(this.nowMs))
    }
    return this
  }

  get words(): string[] {
    const words = this.#words
    this.#words = []
    return words
  }

  /** Lines to the device alone. */
  get sent(): string[] {
    return this.words.flatMap((word) => (word.startsWith('> ') ? [word.slice(2)] : []))
  }

  #note(events: readonly LinkEvent[]): this {
    this.#words.push(...events.map(wordOf))
    return this
  }
}

function wordOf(event: LinkEvent): string {
  switch (event.kind) {
    case 'sample':
      return `${event.arrival.frame.seq}${event.healed ? ' healed' : ''}`
    case 'duplicate':
    case 'late':
    case 'implausible':
      return `${event.kind} ${event.arrival.frame.seq}`
    case 'gap':
      return `gap ${event.first}+${event.count}`
    case 'lost':
      return `lost ${event.first}+${event.count} ${event.reason}`
    case 'restarted':
      return `restarted ${event.boot}`
    case 'hello':
      return `hello ${event.known ? 'known' : 'new'}${event.resumedFrom === null ? '' : ` after ${event.resumedFrom.lastSeq}`}`
    case 'command_done':
      return `done ${event.id} ${event.result.kind}`
    case 'line_rate':
      return `rate ${event.baud}`
    case 'trigger':
      return `trigger ${event.state}`
    case 'burst': {
      const { number, counts } = event.burst
      return `burst ${number} ${counts.length - holesIn(event.burst)}`
    }
    case 'send':
      return `> ${event.line.replace(/,"crc":"....".$/, '}')}`
    default:
      return event.kind
  }
}

/** What asks who is there, with the first number of a command. */
export const HELLO_40 = '{"cmd":"hello","seq":40}'

/** A rig whose device has said hello and sent sample 0. */
export const running = (options: Partial<LinkOptions> = {}): LinkRig => {
  const rig = new LinkRig(options)
  rig.connected().hello().samples(0)
  expect(rig.words).toEqual(['hello known', '0'])
  return rig
}
