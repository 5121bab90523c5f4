import { type Burst, burstText, DEFAULT_PRE, type Trigger, triggerText } from '../domain/burst.ts'
import type { Stamp } from '../protocol/frames.ts'
import type { ReceivedBurst } from '../protocol/link/burst-assembler.ts'
import type { Command } from '../protocol/link/commands.ts'
import { isRecord } from '../util/records.ts'
import type { EventReport } from './event-report.ts'

export interface TriggerReportOptions {
  readonly events: EventReport
  /** Unix µs of a stamp of something that was no later than `hostUs` by the host's clock. */
  readonly timeOf: (stamp: Stamp, hostUs: number) => number
  /** A burst has come. */
  readonly burst: (burst: Burst) => void
}

/** What a device waits for, and the bursts that come of it (PROTOCOL.md 5.7), put on record. */
export class TriggerReport {
  readonly #options: TriggerReportOptions
  /** As the device was told by this host; null: it was not. */
  #wanted: Trigger | null = null
  /** By a command that is under way; null: there is none such. */
  #asked: Trigger | null = null
  #isArmed = false
  /** That it is armed is on record. */
  #isSaid = false

  constructor(options: TriggerReportOptions) {
    this.#options = options
  }

  /** What it waits for, in words: `rise to 1.5 A`; null: it is not armed. */
  get armed(): string | null {
    if (!this.#isArmed) return null
    return this.#wanted === null ? '' : triggerText(this.#wanted)
  }

  /** A command is under way. */
  asked({ cmd, value }: Command): void {
    if (cmd === 'set_trigger') this.#asked = triggerOf(value)
  }

  /** It is over. @param isDone the device has carried it out */
  ended({ cmd, value }: Command, isDone: boolean): void {
    if (cmd !== 'set_trigger') return
    this.#asked = null
    const wanted = triggerOf(value)
    if (!isDone || isSame(wanted, this.#wanted)) return
    this.#wanted = wanted
    this.#isSaid = false
  }

  heard(state: 'armed' | 'off'): void {
    const { events } = this.#options
    // Its answer may have been lost, or be behind this.
    if (state === 'armed' && !this.#isSaid) this.#wanted = this.#asked ?? this.#wanted
    this.#isArmed = state === 'armed'
    if (state === 'off') events.report('trigger', 'off')
    else if (!this.#isSaid) events.report('trigger', this.#armedText())
    this.#isSaid = this.#isArmed
  }

  /** Ordinary sampling goes on, or the device began anew. */
  over(): void {
    this.#isArmed = false
    this.#isSaid = false
  }

  burst({ stamp, arrivalUs, ...received }: ReceivedBurst): void {
    const { events, timeOf, burst } = this.#options
    this.over()
    const { counts, pre, dtUs } = received
    // It came once all of it was measured.
    const timeUs = timeOf(stamp, Math.round(arrivalUs - (counts.length - pre) * dtUs))
    const made: Burst = { ...received, timeUs, trigger: this.#wanted }
    burst(made)
    events.report('trigger', `burst of ${burstText(made)}`)
  }

  #armedText(): string {
    const { armed } = this
    if (armed === '' || this.#wanted === null) return 'armed, by another program or an earlier run'
    return `armed: waits for the current to ${armed}, ${this.#wanted.pre} % of the burst before it`
  }
}

function isSame(one: Trigger | null, other: Trigger | null): boolean {
  if (one === null || other === null) return one === other
  return one.level === other.level && one.slope === other.slope && one.pre === other.pre
}

/** @returns null: none is set */
function triggerOf(value: unknown): Trigger | null {
  if (!isRecord(value)) return null
  const { level, slope, pre } = value
  if (typeof level !== 'number') return null
  return {
    level,
    slope: slope === 'fall' ? 'fall' : 'rise',
    pre: typeof pre === 'number' ? pre : DEFAULT_PRE,
  }
}
