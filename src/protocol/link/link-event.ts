import type { HelloFrame } from '../frames.ts'
import type { ReceivedBurst } from './burst-assembler.ts'
import type { CommandResult, LineRate } from './commands.ts'
import type { LossReason } from './missing-ranges.ts'
import type { ResumePoint } from './resume.ts'
import type { Arrival } from './sample-memory.ts'

/**
 * What came of an input of the link, in the order in which it happened. Each
 * sample frame ends in exactly one of `sample`, `duplicate`, `late` and
 * `implausible`, perhaps not before a later input.
 */
export type LinkEvent =
  /**
   * The next sample in order of measurement. `healed`: it fills a hole that was found before.
   * `next`: the nearest one behind it that came as it was measured, and waits; absent: none does.
   */
  | {
      readonly kind: 'sample'
      readonly arrival: Arrival
      readonly healed: boolean
      readonly next?: Arrival | undefined
    }
  | { readonly kind: 'duplicate'; readonly arrival: Arrival }
  /** It was reported as lost, and came after all: behind samples that were handed on already. */
  | { readonly kind: 'late'; readonly arrival: Arrival }
  /** Its number fits neither the run before nor the one after: not to be believed. */
  | { readonly kind: 'implausible'; readonly arrival: Arrival }
  /** A hole was found. */
  | { readonly kind: 'gap'; readonly first: number; readonly count: number }
  /** A hole will stay; reported in order of sequence, between the samples around it. */
  | {
      readonly kind: 'lost'
      readonly first: number
      readonly count: number
      readonly reason: LossReason
    }
  /** The device began anew: another boot number, or its count fell back. null: not known */
  | { readonly kind: 'restarted'; readonly boot: number | null }
  /** Its numbers don't count up: samples come without them from here on. */
  | { readonly kind: 'unnumbered' }
  | HelloEvent
  /** Samples were asked for again; the line itself is the `send` before it. */
  | { readonly kind: 'nack_sent' }
  /** How a command ended. @see Link.command */
  | { readonly kind: 'command_done'; readonly id: number; readonly result: CommandResult }
  /** The device carried out a command, or the link's own question who is there. */
  | { readonly kind: 'command_acked' }
  /** The device waits for its trigger, said each second; or does so no more, without a burst. */
  | { readonly kind: 'trigger'; readonly state: 'armed' | 'off' }
  /** All of a burst that was received. */
  | { readonly kind: 'burst'; readonly burst: ReceivedBurst }
  /** The line has this rate from here on; null: the one at which it was opened. */
  | { readonly kind: 'line_rate'; readonly baud: LineRate }
  /** A line to the device, with its CRC and without a newline; an empty one carries nothing. */
  | { readonly kind: 'send'; readonly line: string }

/** A device said who it is; comes before the samples that waited for it. */
export interface HelloEvent {
  readonly kind: 'hello'
  readonly hello: HelloFrame
  /** It is the boot that was there before. */
  readonly known: boolean
  /** The run of the log that it goes on with: one of `LinkOptions.resumePoints`. null: none */
  readonly resumedFrom: ResumePoint | null
}

const NONE: readonly LinkEvent[] = []

/** Collects the events of one input. Nearly always there is one or none, which costs no growing array. */
export class EventList {
  #first: LinkEvent | null = null
  #all: LinkEvent[] | null = null

  push(event: LinkEvent): void {
    if (this.#first === null) this.#first = event
    else if (this.#all === null) this.#all = [this.#first, event]
    else this.#all.push(event)
  }

  /** Hands over what was collected, and begins anew. */
  take(): readonly LinkEvent[] {
    if (this.#first === null) return NONE
    const events = this.#all ?? [this.#first]
    this.#first = null
    this.#all = null
    return events
  }
}
