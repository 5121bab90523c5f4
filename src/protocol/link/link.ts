import { advance, distance } from '../../util/serial-number.ts'
import { withCrc } from '../crc.ts'
import type { Frame, HelloFrame, SampleFrame } from '../frames.ts'
import { type Command, CommandQueue, type CommandResult } from './commands.ts'
import { Healer } from './healer.ts'
import type { LossReason } from './missing-ranges.ts'
import type { Arrival } from './sample-memory.ts'
import { SequenceTracker } from './sequence.ts'

/** What the link tells; each accepted line ends in exactly one of the first four. */
export interface LinkSink {
  /** The next sample in order of measurement. */
  sample(arrival: Arrival, healed: boolean): void
  duplicate(arrival: Arrival): void
  /** It was reported as lost, and came after all. */
  late(arrival: Arrival): void
  implausible(arrival: Arrival): void
  gap(first: number, count: number): void
  lost(first: number, count: number, reason: LossReason): void
  /** The device began anew: another boot number, or its count fell back. */
  restarted(boot: number | null): void
  /** Its numbers don't count up: samples come without them from here on. */
  unnumbered(): void
  /** A device said who it is; `known` where it is the boot that was there before. */
  hello(hello: HelloFrame, known: boolean): void
  nackSent(): void
  commandAcked(): void
  /** Sends one line, newline included by the receiver. */
  send(line: string): void
}

export interface LinkOptions {
  /** False: nothing can be sent (standard input); losses are counted, not healed. */
  readonly duplex: boolean
  /** Line rate in bytes a second; null: no limit known */
  readonly bytesPerSecond: number | null
  /** First command number, u32. */
  readonly firstCommandSeq: number
  /**
   * Last sample of this boot of this device that an earlier run has logged, or
   * null. Null as a whole: there is no such log, nothing waits for a `hello`.
   */
  readonly resume: ((hello: HelloFrame) => number | null) | null
}

/** Typical bytes of a sample line with CRC; only for the resend budget. */
const LINE_BYTES = 90
/** Between two acknowledgements. */
const ACK_EVERY_MS = 1000
/** Asking who is there: so often, then the device is a plain one. */
const HELLO_TRIES = 3
/**
 * A new connection that is silent so long is asked, too: longer than a boot
 * loader waits, which would eat the line and wait on (PROTOCOL.md 4).
 */
const SILENT_MS = 5000
/** A known device that streams before it said hello is waited for this long. */
const GREETING_MS = 2500
const GREETING_SAMPLES = 2048

/**
 * The host's side of the wire above single lines (contract 2.2, 2.3): order,
 * holes and healing, commands, acknowledgements. Pure: time is handed in, lines
 * to send and news go to the sink.
 */
export class Link {
  readonly #sink: LinkSink
  readonly #options: LinkOptions
  readonly #tracker: SequenceTracker
  readonly #healer: Healer
  readonly #commands: CommandQueue
  #boot: number | null = null
  #helloSeen = false
  #helloAsked = false
  /** A log may know this device; it has not said who it is yet. */
  #mayResume: boolean
  /** Samples of a device that may be the one of the log, until it says so. */
  #greeting: { sinceMs: number; readonly samples: Arrival[] } | null = null
  /** Nothing has been heard since the connection went, came or fell silent: nothing is asked for. */
  #quiet = false
  #heardMs = Number.NEGATIVE_INFINITY
  /** When a device is asked that has said nothing since it was connected. */
  #askSilentMs = Number.POSITIVE_INFINITY
  #durable: number | null = null
  #acked: number | null = null
  #ackedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: LinkOptions, sink: LinkSink) {
    this.#sink = sink
    this.#options = options
    this.#mayResume = options.duplex && options.resume !== null
    this.#tracker = new SequenceTracker({
      deliver: (arrival, healed) => sink.sample(arrival, healed),
      duplicate: (arrival) => sink.duplicate(arrival),
      late: (arrival) => sink.late(arrival),
      implausible: (arrival) => sink.implausible(arrival),
      gap: (first, count) => sink.gap(first, count),
      lost: (first, count, reason) => sink.lost(first, count, reason),
      restarted: () => {
        this.#boot = null
        this.#helloSeen = false
        this.#helloAsked = false
        this.#healer.end()
        sink.restarted(null)
      },
      unnumbered: () => sink.unnumbered(),
    })
    this.#healer = new Healer(this.#tracker)
    this.#commands = new CommandQueue(options.firstCommandSeq)
  }

  /** A fresh connection: who is there has to be asked again. */
  connected(nowMs: number): void {
    this.disconnected()
    this.#tracker.retryNumbers()
    this.#helloAsked = false
    this.#helloSeen = false
    this.#askSilentMs = nowMs + SILENT_MS
    this.#commands.rewind()
  }

  /** Nobody hears the device any more, nor it the host: holes stay open until it is back. */
  disconnected(): void {
    this.#quiet = true
    this.#askSilentMs = Number.POSITIVE_INFINITY
    this.#healer.suspend()
    if (this.#greeting !== null) this.#greeting.sinceMs = Number.POSITIVE_INFINITY
  }

  /** True: samples that the device may still have are being asked for. */
  get busy(): boolean {
    return !this.#quiet && this.#healer.active && this.#tracker.open.length > 0
  }

  frame(frame: Frame, arrivalUs: number, nowMs: number): void {
    if (frame.kind !== 'malformed' && frame.kind !== 'crc_error' && frame.kind !== 'blank') {
      this.#quiet = false
      this.#heardMs = nowMs
      this.#askSilentMs = Number.POSITIVE_INFINITY
      if (frame.kind !== 'hello') this.#askHello()
    }
    if (frame.kind === 'sample') this.#sample(frame, arrivalUs, nowMs)
    else if (frame.kind === 'hello') this.#hello(frame, nowMs)
    else if (frame.kind === 'gone') this.#gone(frame.first, frame.last, nowMs)
    else if (frame.kind === 'ack') this.#answered(frame.seq, { kind: 'ok' })
    else if (frame.kind === 'nack') {
      if (frame.seq !== null) this.#answered(frame.seq, { kind: 'refused', error: frame.error })
      else {
        this.#healer.garbled(nowMs)
        this.#commands.garbled(nowMs)
      }
    }
    this.tick(nowMs)
  }

  command(command: Command, done: (result: CommandResult) => void, nowMs: number): void {
    this.#commands.add(command, done)
    this.tick(nowMs)
  }

  /** Every sample up to this one is safely in the log. */
  durable(seq: number): void {
    this.#durable = seq
  }

  /** Timers; call at least every 100 ms while there is a device. */
  tick(nowMs: number): void {
    if (this.#greeting !== null && nowMs - this.#greeting.sinceMs > GREETING_MS) this.#endGreeting()
    if (!this.#options.duplex) return
    if (nowMs >= this.#askSilentMs) {
      this.#askSilentMs = Number.POSITIVE_INFINITY
      this.#askHello()
    }
    // Between two requests a command goes first, or bad lines would starve it.
    if (!this.#healer.expire(nowMs, this.#heardMs)) this.#quiet = true
    const command = this.#commands.next(nowMs, !this.#healer.waiting)
    if (command !== null) this.#send(command)
    if (this.#quiet) return
    const request = this.#healer.next(nowMs, !this.#commands.waiting)
    if (request !== null) {
      const last = advance(request.first, request.count - 1)
      this.#send(JSON.stringify({ nack: [request.first, last] }))
      this.#sink.nackSent()
    }
    this.#acknowledge(nowMs)
  }

  /** The stream is over. */
  finish(): void {
    this.#endGreeting()
    this.#tracker.finish()
  }

  #sample(frame: SampleFrame, arrivalUs: number, nowMs: number): void {
    const arrival: Arrival = { frame, arrivalUs }
    if (!this.#mayResume) {
      this.#tracker.accept(arrival)
      // Only now: the request is over when nothing of it is missing any more.
      if (frame.resend && frame.seq !== null) this.#healer.answered(frame.seq, nowMs)
      return
    }
    this.#greeting ??= { sinceMs: nowMs, samples: [] }
    // After a connection that broke, the time to say hello begins anew.
    this.#greeting.sinceMs = Math.min(this.#greeting.sinceMs, nowMs)
    this.#greeting.samples.push(arrival)
    if (this.#greeting.samples.length > GREETING_SAMPLES) this.#endGreeting()
  }

  /** A device is asked who it is once it has shown that it runs; before, a boot loader may eat the line. */
  #askHello(): void {
    if (this.#helloAsked || !this.#options.duplex) return
    this.#helloAsked = true
    this.#commands.add(
      { cmd: 'hello' },
      (result) => {
        if (result.kind === 'ok') return
        // Nobody there yet: whoever speaks first is asked again.
        if (this.#quiet) this.#helloAsked = false
        else this.#endGreeting()
      },
      HELLO_TRIES,
    )
  }

  #hello(hello: HelloFrame, nowMs: number): void {
    const wasAsked = this.#helloAsked && !this.#helloSeen
    this.#helloAsked = true
    const isFirst = !this.#helloSeen && this.#boot === null
    this.#helloSeen = true
    const lastLogged = this.#mayResume ? (this.#options.resume?.(hello) ?? null) : null
    this.#mayResume = false

    let known = this.#boot !== null && this.#boot === hello.boot
    if (hello.boot === null && wasAsked) known = this.#continues(hello)
    if (lastLogged !== null) {
      this.#tracker.resume(lastLogged)
      known = true
    } else if (
      isFirst &&
      (wasAsked || this.#tracker.expected === null || this.#isUnderWay(hello))
    ) {
      // The first word of the device we have been listening to: the same run goes on.
      if (this.#tracker.expected === null && hello.nextSeq !== null) {
        this.#tracker.resume(advance(hello.nextSeq, -1))
      }
      known = true
    } else if (!known) {
      this.#tracker.restart(hello.nextSeq === null ? null : hello.firstSeq)
      this.#sink.restarted(hello.boot)
    }
    this.#boot = hello.boot
    this.#sink.hello(hello, known)
    if (this.#options.duplex && hello.depth > 0) {
      const { bytesPerSecond } = this.#options
      const samplesPerSecond = (bytesPerSecond ?? Number.POSITIVE_INFINITY) / LINE_BYTES
      if (!known || !this.#healer.active)
        this.#healer.begin(hello.depth, hello.intervalMs, samplesPerSecond, nowMs)
    } else {
      this.#healer.end()
    }
    this.#endGreeting()
    if (hello.nextSeq !== null) this.#tracker.knowSentUpTo(hello.nextSeq)
  }

  /** A capture that begins before the first `hello`: that one names the run under way, and no new one. */
  #isUnderWay(hello: HelloFrame): boolean {
    return hello.nextSeq !== hello.firstSeq && this.#continues(hello)
  }

  /** A device without boot numbers goes on where it was, as far as its count tells. */
  #continues(hello: HelloFrame): boolean {
    const { expected } = this.#tracker
    return expected !== null && hello.nextSeq !== null && distance(expected, hello.nextSeq) >= 0
  }

  #gone(first: number, last: number, nowMs: number): void {
    const count = distance(first, last) + 1
    if (count < 1) return
    this.#tracker.giveUp(first, count, 'gone')
    this.#healer.answered(first, nowMs)
  }

  #answered(seq: number, result: CommandResult): void {
    const wasAwaited = this.#commands.answered(seq, result)
    if (wasAwaited && result.kind === 'ok') this.#sink.commandAcked()
  }

  #endGreeting(): void {
    const greeting = this.#greeting
    this.#greeting = null
    this.#mayResume = false
    for (const arrival of greeting?.samples ?? []) this.#tracker.accept(arrival)
  }

  #acknowledge(nowMs: number): void {
    // Only devices that said hello know acknowledgements; the rest is left in peace.
    if (!this.#healer.active || this.#durable === null || this.#durable === this.#acked) return
    if (nowMs - this.#ackedAtMs < ACK_EVERY_MS) return
    if (this.#commands.waiting || this.#healer.waiting) return
    this.#acked = this.#durable
    this.#ackedAtMs = nowMs
    this.#send(JSON.stringify({ ack: this.#durable }))
  }

  #send(line: string): void {
    this.#sink.send(withCrc(line))
  }
}
