import { advance, distance } from '../../util/serial-number.ts'
import { encodeLine } from '../codec.ts'
import { withCrc } from '../crc.ts'
import type { Frame, HelloFrame, SampleFrame } from '../frames.ts'
import { REPLAY, SAFE } from '../members.ts'
import { Acknowledger } from './acknowledger.ts'
import { BurstAssembler } from './burst-assembler.ts'
import {
  type Command,
  type CommandId,
  CommandQueue,
  type CommandResult,
  type LineRate,
} from './commands.ts'
import { Greeting } from './greeting.ts'
import { Healer } from './healer.ts'
import { EventList, type LinkEvent } from './link-event.ts'
import { type ResumeOptions, resumePointOf } from './resume.ts'
import type { Arrival } from './sample-memory.ts'
import { SequenceTracker } from './sequence.ts'

export interface LinkOptions extends ResumeOptions {
  /** False: nothing can be sent (standard input); losses are counted, not healed. */
  readonly duplex: boolean
  /**
   * Lines come whole, or not at all: what a number says is believed at once, and no sample waits for
   * another one. Absent: they may be damaged on their way.
   */
  readonly isExact?: boolean
  /** Line rate in bytes a second; null: no limit known */
  readonly bytesPerSecond: number | null
  /** First command number, u32. */
  readonly firstCommandSeq: number
}

/** Typical bytes of a sample line with CRC; only for the resend budget. */
const LINE_BYTES = 90
/** After these another number of samples can be sent again, at another rate (PROTOCOL.md 7): hello says it. */
const RESIZING: ReadonlySet<string> = new Set(['set_interval', 'set_detail', 'defaults'])
/** Asks for all lines of the newest burst (PROTOCOL.md 6.1). */
const ASK_BURST = 'get_burst'
/** Asking who is there: so often, then the device is a plain one. */
const HELLO_TRIES = 3
/**
 * A new connection that is silent so long is asked, too: longer than a boot
 * loader waits, which would eat the line and wait on (PROTOCOL.md 4).
 */
const SILENT_MS = 5000

/**
 * The host's side of the wire above single lines (contract 2.2, 2.3): order,
 * holes and healing, commands, acknowledgements. A state machine: each method
 * but the getters is an input, with the host's monotonic time in ms where time
 * matters, and returns what came of it, in order. It calls nobody, so that it
 * may be given the next input while the events of the one before are handled.
 */
export class Link {
  readonly #options: LinkOptions
  readonly #events = new EventList()
  readonly #tracker: SequenceTracker
  readonly #healer: Healer
  readonly #commands: CommandQueue
  readonly #acks = new Acknowledger()
  readonly #greeting: Greeting
  readonly #bursts = new BurstAssembler(this.#events)
  #boot: number | null = null
  #helloSeen = false
  #helloAsked = false
  /** Nothing has been heard since the connection went, came or fell silent: nothing is asked for. */
  #quiet = false
  #heardMs = Number.NEGATIVE_INFINITY
  /** It may take a command: a boot loader would eat it, and wait on (PROTOCOL.md 4). */
  #listens = false
  /** The rate that the owner was last told. */
  #baud: LineRate = null
  /** When a device is asked that has said nothing since it was connected. */
  #askSilentMs = Number.POSITIVE_INFINITY

  constructor(options: LinkOptions) {
    this.#options = options
    const isExact = options.isExact === true
    const mayResume = !isExact && options.resumePoints().length > 0
    const mayWait = options.duplex && !isExact
    this.#greeting = new Greeting(mayResume, mayWait && (mayResume || options.takesOwnName))
    this.#tracker = new SequenceTracker(this.#events, isExact)
    this.#healer = new Healer(this.#tracker.order)
    this.#commands = new CommandQueue(options.firstCommandSeq)
  }

  /** A fresh connection: who is there has to be asked again. */
  connected(nowMs: number): readonly LinkEvent[] {
    this.#disconnect()
    this.#tracker.retryNumbers()
    this.#helloAsked = false
    this.#helloSeen = false
    this.#askSilentMs = nowMs + SILENT_MS
    this.#commands.reopened()
    this.#baud = null
    return this.#events.take()
  }

  /** Nobody hears the device any more, nor it the host: holes stay open until it is back. */
  disconnected(): readonly LinkEvent[] {
    this.#disconnect()
    return this.#events.take()
  }

  #disconnect(): void {
    this.#quiet = true
    this.#listens = false
    this.#askSilentMs = Number.POSITIVE_INFINITY
    this.#healer.suspend()
    this.#greeting.disconnected()
    this.#bursts.end()
  }

  /** True: samples that the device may still have are being asked for. */
  get busy(): boolean {
    return !this.#quiet && this.#healer.active && this.#tracker.order.open.length > 0
  }

  /** True: a time is about to come at which something is to be done, as when nothing was answered. */
  get isWaiting(): boolean {
    if (this.#greeting.isTimed) return true
    if (!this.#options.duplex) return false
    return this.busy || this.#healer.waiting || this.#commands.waiting || this.#bursts.isOpen
  }

  /** One line of the device. @param arrivalUs host time, Unix µs, never going back */
  frame(frame: Frame, arrivalUs: number, nowMs: number): readonly LinkEvent[] {
    if (isWord(frame)) {
      this.#quiet = false
      this.#listens = true
      this.#heardMs = nowMs
      this.#askSilentMs = Number.POSITIVE_INFINITY
      if (frame.kind !== 'hello') this.#askHello()
    }
    if (frame.kind === 'sample') this.#sample(frame, arrivalUs, nowMs)
    else if (frame.kind === 'hello') this.#hello(frame, nowMs)
    else if (frame.kind === 'gone') this.#gone(frame.first, frame.last, nowMs)
    else if (frame.kind === 'burst') this.#bursts.line(frame, arrivalUs, nowMs)
    else if (frame.kind === 'trigger') this.#trigger(frame.state)
    else if (frame.kind === 'ack') this.#answered(frame.seq, { kind: 'ok' }, nowMs)
    else if (frame.kind === 'nack') {
      if (frame.seq !== null)
        this.#answered(frame.seq, { kind: 'refused', error: frame.error }, nowMs)
      else {
        this.#healer.garbled(nowMs)
        this.#commands.garbled(nowMs)
      }
    }
    return this.tick(nowMs)
  }

  /**
   * Sends a command as soon as the device listens.
   *
   * @param id the caller's; comes back in `command_done`
   * @param maxTries absent: as often as PROTOCOL.md 6 says
   */
  command(id: number, command: Command, nowMs: number, maxTries?: number): readonly LinkEvent[] {
    if (!this.#commands.add(id, command, maxTries)) {
      this.#commandDone({ id, cmd: command.cmd }, { kind: 'dropped' }, nowMs)
    }
    return this.tick(nowMs)
  }

  /** Every sample up to this one is safely in the log. */
  durable(seq: number): readonly LinkEvent[] {
    this.#acks.durable(seq)
    return this.#events.take()
  }

  /** Timers; call at least every 100 ms while something `isWaiting`, and a few times a second while there is a device. */
  tick(nowMs: number): readonly LinkEvent[] {
    this.#runTimers(nowMs)
    return this.#events.take()
  }

  /** The stream is over. */
  finish(): readonly LinkEvent[] {
    this.#endGreeting()
    this.#bursts.end()
    this.#tracker.finish()
    return this.#events.take()
  }

  #runTimers(nowMs: number): void {
    if (this.#greeting.isOver(nowMs)) this.#endGreeting()
    if (!this.#options.duplex) return
    if (nowMs >= this.#askSilentMs) {
      this.#askSilentMs = Number.POSITIVE_INFINITY
      this.#listens = true
      this.#askHello()
    }
    // Between two requests a command goes first, or bad lines would starve it.
    if (!this.#healer.expire(nowMs, this.#heardMs)) this.#quiet = true
    this.#askForBurst(nowMs)
    this.#sendCommand(nowMs)
    if (this.#quiet) return
    // A burst is kept for 2 s only, in which the device has nothing to say that shows an answer to be lost.
    const mayAsk = !this.#commands.waiting && !this.#bursts.isOpen
    const request = this.#healer.next(nowMs, mayAsk)
    if (request !== null) {
      const last = advance(request.first, request.count - 1)
      this.#send(encodeLine(REPLAY, { nack: [request.first, last] }))
      this.#events.push({ kind: 'nack_sent' })
    }
    this.#acknowledge(nowMs)
  }

  #sendCommand(nowMs: number): void {
    for (;;) {
      const step = this.#commands.next(nowMs, this.#listens && !this.#healer.waiting)
      if (step === null) return
      if (step.kind === 'line') {
        if (step.baud !== undefined) this.#tryRate(step.baud)
        this.#send(step.line)
        return
      }
      this.#tryRate(this.#commands.baud)
      this.#commandDone(step, { kind: 'unanswered' }, nowMs)
    }
  }

  #sample(frame: SampleFrame, arrivalUs: number, nowMs: number): void {
    const arrival: Arrival = { frame, arrivalUs }
    // Nobody can ask for the rest: ordinary sampling goes on.
    if (!this.#options.duplex) this.#bursts.end()
    if (this.#greeting.isAwaited) {
      this.#greeting.hold(arrival, nowMs)
      return
    }
    this.#accept(arrival)
    // Only now: the request is over when nothing of it is missing any more.
    if (frame.resend && frame.seq !== null) this.#healer.answered(frame.seq, nowMs)
  }

  /** A device is asked who it is once it has shown that it runs; before, a boot loader may eat the line. */
  #askHello(): void {
    if (this.#helloAsked || !this.#options.duplex) return
    this.#helloAsked = true
    if (!this.#commands.add(null, { cmd: 'hello' }, HELLO_TRIES)) this.#helloFailed()
  }

  #helloFailed(): void {
    // Nobody there yet: whoever speaks first is asked again.
    if (this.#quiet) this.#helloAsked = false
    else this.#endGreeting()
  }

  #commandDone({ id, cmd }: Done, result: CommandResult, nowMs: number): void {
    if (id !== null) this.#events.push({ kind: 'command_done', id, result })
    else if (cmd === ASK_BURST) this.#bursts.answered(result, nowMs)
    else if (result.kind !== 'ok') this.#helloFailed()
  }

  #trigger(state: 'armed' | 'off'): void {
    // It waits for the next one: the block of the one before is kept no longer.
    this.#bursts.end()
    this.#events.push({ kind: 'trigger', state })
  }

  /** Pieces of a burst that are missing: the device sends the whole block again. */
  #askForBurst(nowMs: number): void {
    if (!this.#bursts.tick(nowMs)) return
    // Repeated by the assembler, as often as the block is kept.
    if (!this.#commands.add(null, { cmd: ASK_BURST }, 1)) {
      this.#bursts.answered({ kind: 'dropped' }, nowMs)
    }
  }

  #accept(arrival: Arrival): void {
    this.#tracker.accept(arrival)
    this.#noticeRestart()
  }

  /** The count fell back: another device may be there, or the same one under another boot number. */
  #noticeRestart(): void {
    if (!this.#tracker.takeRestarted()) return
    this.#boot = null
    this.#helloSeen = false
    this.#helloAsked = false
    this.#healer.end()
    this.#bursts.restarted()
  }

  #hello(hello: HelloFrame, nowMs: number): void {
    const wasAsked = this.#helloAsked && !this.#helloSeen
    this.#helloAsked = true
    const isFirst = !this.#helloSeen && this.#boot === null
    this.#helloSeen = true
    const { expected } = this.#tracker.order
    const resumedFrom = this.#greeting.isAwaited ? resumePointOf(hello, this.#options) : null

    let known = this.#boot !== null && this.#boot === hello.boot
    if (hello.boot === null && wasAsked) known = this.#continues(hello)
    if (resumedFrom !== null) {
      this.#tracker.resume(resumedFrom.lastSeq)
      known = true
    } else if (isFirst && (wasAsked || expected === null || this.#isUnderWay(hello))) {
      // The first word of the device we have been listening to: the same run goes on.
      if (expected === null && hello.nextSeq !== null && !this.#greeting.isHolding) {
        this.#tracker.resume(advance(hello.nextSeq, -1))
      }
      known = true
    } else if (!known) {
      // What was under way when the device restarted is not carried out.
      this.#commands.rewind()
      this.#tracker.restart(hello.nextSeq === null ? null : hello.firstSeq)
      this.#noticeRestart()
      this.#bursts.restarted()
      this.#events.push({ kind: 'restarted', boot: hello.boot })
    }
    this.#boot = hello.boot
    this.#events.push({ kind: 'hello', hello, known, resumedFrom })
    if (this.#options.duplex && hello.depth > 0) {
      const { bytesPerSecond } = this.#options
      const samplesPerSecond = (bytesPerSecond ?? Number.POSITIVE_INFINITY) / LINE_BYTES
      const replay = { depth: hello.depth, intervalMs: hello.intervalMs, samplesPerSecond }
      if (!known || !this.#healer.active) this.#healer.begin(replay, nowMs)
      else this.#healer.resize(replay)
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
    const { expected } = this.#tracker.order
    return expected !== null && hello.nextSeq !== null && distance(expected, hello.nextSeq) >= 0
  }

  #gone(first: number, last: number, nowMs: number): void {
    const count = distance(first, last) + 1
    if (count < 1) return
    this.#tracker.order.giveUp(first, count, 'gone')
    this.#healer.answered(first, nowMs)
  }

  #answered(seq: number, result: CommandResult, nowMs: number): void {
    const command = this.#commands.answered(seq)
    if (command === null) return
    if (result.kind === 'ok') this.#commands.carriedOut(command)
    // After an answer at either rate.
    this.#setRate(this.#commands.baud)
    this.#commandDone(command, result, nowMs)
    if (result.kind !== 'ok') return
    this.#events.push({ kind: 'command_acked' })
    const isStale = RESIZING.has(command.cmd) && this.#healer.active
    if (isStale && !this.#commands.has('hello')) {
      this.#commands.add(null, { cmd: 'hello' }, HELLO_TRIES)
    }
  }

  #endGreeting(): void {
    for (const arrival of this.#greeting.end()) this.#accept(arrival)
  }

  #acknowledge(nowMs: number): void {
    // Only devices that said hello know acknowledgements; the rest is left in peace.
    if (!this.#healer.active || this.#commands.waiting || this.#healer.waiting) return
    const ack = this.#acks.next(nowMs)
    if (ack !== null) this.#send(encodeLine(SAFE, { ack }))
  }

  /** A rate at which the device may be: what it has got at the other one is no part of the next line. */
  #tryRate(baud: LineRate): void {
    if (baud === this.#baud) return
    this.#setRate(baud)
    this.#events.push({ kind: 'send', line: '' })
  }

  #setRate(baud: LineRate): void {
    if (baud === this.#baud) return
    this.#baud = baud
    this.#events.push({ kind: 'line_rate', baud })
  }

  #send(line: string): void {
    this.#events.push({ kind: 'send', line: withCrc(line) })
  }
}

/** A command that has ended. */
interface Done {
  readonly id: CommandId
  readonly cmd: string
}

const WORDLESS: ReadonlySet<Frame['kind']> = new Set([
  'malformed',
  'crc_error',
  'blank',
  'text',
  'overlong',
])

/** Whether a line shows that the device speaks. */
function isWord({ kind }: Frame): boolean {
  return kind === 'sample' || !WORDLESS.has(kind)
}
