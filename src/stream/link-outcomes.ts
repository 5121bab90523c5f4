import type { SampleFrame, Stamp } from '../protocol/frames.ts'
import type { HelloEvent, LinkEvent } from '../protocol/link/link-event.ts'
import type { Arrival } from '../protocol/link/sample-memory.ts'
import type { Source } from '../sources/source.ts'
import type { DeviceCommands } from './device-commands.ts'
import type { DeviceRuns } from './device-runs.ts'
import type { HelloReport } from './hello-report.ts'
import type { Ledger } from './ledger.ts'
import type { Poller } from './poller.ts'
import type { Recorder } from './recorder.ts'
import type { SwitchedOutputs } from './switched-outputs.ts'
import type { LiveStamp } from './time-entry.ts'
import type { Timeline } from './timeline.ts'
import type { TriggerReport } from './trigger-report.ts'

export interface LinkOutcomesOptions {
  readonly source: Source
  readonly ledger: Ledger
  readonly timeline: Timeline
  readonly recorder: Recorder
  readonly runs: DeviceRuns
  readonly commands: DeviceCommands
  readonly said: HelloReport
  readonly outputs: SwitchedOutputs
  readonly trigger: TriggerReport
  /** null: the device streams */
  readonly poller: Poller | null
  /** Monotonic. */
  readonly nowMs: () => number
  /** When an event happens, Unix µs. */
  readonly eventUs: () => number
}

/** What follows from each event of the link: who hears of it, and what is counted. */
export class LinkOutcomes {
  readonly #options: LinkOutcomesOptions
  /** Of the newest sample that came as it was measured; null: there is none. */
  #liveStamp: Stamp | null = null
  #liveSeq: number | null = null
  #liveArrivalUs = 0
  /** The device was armed: the next sample that it measures does not follow on the one before. */
  #wasArmed = false
  /** Samples that the link has handed on. */
  #ordinal = 0

  constructor(options: LinkOutcomesOptions) {
    this.#options = options
  }

  /** The newest sample that came as it was measured says when that was. */
  get isStamped(): boolean {
    return this.#liveStamp !== null && this.#liveStamp.kind !== 'none'
  }

  /** The device is armed, or was, and has measured nothing else since. */
  get isArmed(): boolean {
    return this.#wasArmed
  }

  /** A sample has come as it was measured; the link may still hold it. */
  heard(frame: SampleFrame, arrivalUs: number): void {
    const { stamp, seq } = frame
    if (this.#wasArmed) this.#sampledAgain(frame)
    this.#liveStamp = stamp
    this.#liveSeq = seq
    this.#liveArrivalUs = arrivalUs
  }

  follow(events: readonly LinkEvent[]): void {
    for (const event of events) this.#handle(event)
  }

  /** The device began anew, or another one is there. @param boot its number; null: not known */
  restarted(boot: number | null): void {
    const { timeline, recorder, outputs, trigger, eventUs } = this.#options
    outputs.restarted()
    trigger.over()
    this.#wasArmed = false
    timeline.restart()
    recorder.restarted(boot, eventUs())
    this.#liveStamp = null
  }

  /** @param next the nearest live sample behind the resend; undefined: none waits */
  #liveFor(next: Arrival | undefined): LiveStamp | null {
    if (next !== undefined) {
      const { frame, arrivalUs } = next
      return { stamp: frame.stamp, seq: frame.seq, arrivalUs }
    }
    const [stamp, seq, arrivalUs] = [this.#liveStamp, this.#liveSeq, this.#liveArrivalUs]
    return stamp === null ? null : { stamp, seq, arrivalUs }
  }

  #handle(event: LinkEvent): void {
    const { source, ledger, timeline, recorder, commands, trigger } = this.#options
    switch (event.kind) {
      case 'sample': {
        const { frame, arrivalUs } = event.arrival
        const live = frame.resend ? this.#liveFor(event.next) : null
        const ordinal = this.#ordinal++
        timeline.push({ frame, arrivalUs, healed: event.healed, live, ordinal })
        return
      }
      case 'duplicate':
        ledger.duplicates++
        return
      case 'implausible':
        ledger.malformed++
        return
      case 'late':
        recorder.late(event.arrival)
        return
      case 'gap':
        ledger.gaps++
        return
      case 'lost':
        recorder.lost(event.first, event.count, event.reason, timeline.held)
        return
      case 'restarted':
        this.restarted(event.boot)
        return
      case 'unnumbered':
        recorder.unnumbered("the device's numbers don't count up")
        return
      case 'hello':
        this.#hello(event)
        return
      case 'nack_sent':
        ledger.nacks_sent++
        return
      case 'command_acked':
        ledger.commands_acked++
        return
      case 'command_done':
        commands.ended(event.id, event.result)
        return
      case 'trigger':
        // It may be over before it has been said.
        this.#wasArmed = true
        trigger.heard(event.state)
        return
      case 'burst':
        this.#wasArmed = true
        trigger.burst(event.burst)
        return
      case 'line_rate':
        source.setBaud?.(event.baud)
        return
      case 'send':
        source.write(event.line)
    }
  }

  /** Nothing was measured while it was armed. */
  #sampledAgain(frame: SampleFrame): void {
    const { recorder, trigger } = this.#options
    this.#wasArmed = false
    trigger.over()
    recorder.beginsWith(frame)
  }

  #hello({ hello, known, resumedFrom }: HelloEvent): void {
    const { runs, recorder, timeline, said, poller, nowMs } = this.#options
    const run = resumedFrom === null ? null : runs.resume(resumedFrom, hello)
    if (run !== null) {
      recorder.resumeAfter(run)
      timeline.resumeAfter(run)
    }
    runs.hello(hello)
    recorder.useRange(hello.range)
    said.hello(hello, known)
    if (poller !== null) poller.hello(hello.mode, nowMs())
    else if (hello.mode === 'poll') said.unasked()
  }
}
