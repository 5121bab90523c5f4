import { UsualInterval } from '../../stats/usual-interval.ts'
import { type Clock, systemClock } from '../../util/clock.ts'
import { type Schedule, systemSchedule } from '../../util/schedule.ts'
import { advance } from '../../util/serial-number.ts'
import type { Source, SourceSink, SourceState } from '../source.ts'
import { groupFrame, isElectricGroup } from './group-frame.ts'
import type { PlcFailure } from './plc-failure.ts'
import { PlcPool } from './plc-pool.ts'
import { PollGroup, type Turn } from './poll-group.ts'
import type { PlcPlan, PollGroupPlan } from './poll-plan.ts'
import type { Polling } from './polling.ts'
import type { TagReading } from './tag-reader.ts'

/** From one look to the next whether turns have failed, ms. */
const SUMS_MS = 3_600_000

/** The first turns of all groups lie within this time, whatever their intervals, ms. */
const SPREAD_MS = 1000

export interface PlcSourceOptions {
  readonly clock?: Clock
  readonly schedule?: Schedule
  /** Which of the groups of all PLCs are these: the first, from 0, of how many. */
  readonly spread?: { readonly first: number; readonly all: number }
}

/**
 * A PLC that is read in groups of tags (docs/plc.md). Each turn of a group is a sample with its channels, at the time when its last
 * answer came. Samples are numbered as they come; where turns are missing between two with voltage and current, the sink is told, so
 * that nothing is integrated over that time.
 */
export class PlcSource implements Source {
  readonly label: string
  readonly duplex = false
  readonly live = true
  readonly mayFail = false
  readonly bytesPerSecond = null
  readonly isExact = true
  readonly polling: Polling
  readonly #plan: PlcPlan
  readonly #clock: Clock
  readonly #schedule: Schedule
  readonly #spread: { readonly first: number; readonly all: number }
  readonly #pool: PlcPool
  readonly #groups: readonly PollGroup[]
  /** null: not started, or over */
  #sink: SourceSink | null = null
  #state: SourceState = 'opening'
  /** Connected, as far as the sink knows. */
  #isThere = false
  #seq = 0
  #bytes = 0
  /** From one sample with voltage and current to the next, of a group that is read on demand. */
  readonly #usual = new UsualInterval()
  /** When the newest one came; null: none yet. */
  #electricMs: number | null = null
  #cancelSums: () => void = () => {}
  #isElectricBroken = false
  /** The newest text of each tag that is one. */
  readonly #texts = new Map<string, string>()

  constructor(plan: PlcPlan, options: PlcSourceOptions = {}) {
    const { clock = systemClock, schedule = systemSchedule } = options
    const { connections, groups } = plan
    this.label = `plc:${plan.label}`
    this.#plan = plan
    this.#clock = clock
    this.#schedule = schedule
    this.#spread = options.spread ?? { first: 0, all: groups.length }
    this.#pool = new PlcPool(plan.target, { connections, clock, schedule })
    const share = Math.max(1, Math.floor(connections / groups.length))
    this.#groups = groups.map(
      (group) =>
        new PollGroup({
          plan: group,
          pool: this.#pool,
          share,
          clock,
          schedule,
          onTurn: (turn) => this.#turn(group, turn),
          report: (kind, text) => {
            this.#sink?.event(kind, `group ${group.name}: ${text}`, group.name)
          },
          isAway: () => this.#state !== 'live',
        }),
    )
    this.polling = this.#makePolling()
  }

  start(sink: SourceSink): void {
    this.#sink = sink
    const isOnDemand = this.#plan.groups.every(({ mode }) => mode === 'handshake')
    if (isOnDemand) this.#say('silent', 'no reading has been asked for yet')
    else sink.state('opening', '')
    const nowMs = this.#clock.monoMs()
    const { first, all } = this.#spread
    for (const [i, group] of this.#groups.entries()) {
      const withinMs = Math.min(SPREAD_MS, group.plan.intervalMs ?? SPREAD_MS)
      group.begin(nowMs + (withinMs * (first + i)) / all)
    }
    this.#sumUp()
  }

  write(): void {
    // A PLC is only read.
  }

  pause(): void {
    // Its turns are the clock's.
  }

  resume(): void {
    // See pause.
  }

  async stop(): Promise<void> {
    this.#cancelSums()
    for (const group of this.#groups) group.end()
    this.#sink = null
    this.#pool.close()
  }

  #sumUp(): void {
    this.#cancelSums = this.#schedule(() => {
      for (const group of this.#groups) group.sumUp()
      this.#sumUp()
    }, SUMS_MS)
  }

  #makePolling(): Polling {
    const called = (name: string): PollGroup | undefined =>
      this.#groups.find(({ plan }) => plan.name === name)
    const change = (name: string, isToRun: boolean): boolean => {
      const group = called(name)
      if (group === undefined) return false
      if (this.#sink === null || group.isRunning === isToRun) return true
      if (isToRun) group.start()
      else group.stop()
      this.#sink.event('poll', `group ${name}: ${isToRun ? 'started' : 'stopped'}`, name)
      return true
    }
    const { code, line, process } = this.#plan
    const pool = this.#pool
    const groups = this.#groups
    return {
      get status() {
        return { code, line, process, plc: pool.status, groups: groups.map((each) => each.status) }
      },
      start: (name) => change(name, true),
      stop: (name) => change(name, false),
      trigger: (name) => called(name)?.trigger() ?? null,
    }
  }

  #turn(plan: PollGroupPlan, turn: Turn): void {
    const sink = this.#sink
    if (sink === null) return
    this.#countBytes(sink)
    if (turn.failure === null) this.#read(sink, plan, turn)
    else this.#failed(turn.failure)
  }

  #countBytes(sink: SourceSink): void {
    const { received } = this.#pool
    sink.bytes(received - this.#bytes)
    this.#bytes = received
  }

  #read(sink: SourceSink, plan: PollGroupPlan, { readings, isAfterGap }: Turn): void {
    if (!this.#isThere) sink.connected()
    this.#isThere = true
    this.#say('live', '')
    this.#sayTexts(sink, plan, readings)
    const frame = groupFrame(plan, readings, this.#seq)
    if (isElectricGroup(plan)) this.#lookForGap(plan, isAfterGap, frame?.electric === true)
    if (frame === null) return
    this.#seq = advance(this.#seq)
    sink.frame(frame)
  }

  /** Of the group with voltage and current: whether something is missing since the sample before. */
  #lookForGap({ mode }: PollGroupPlan, isAfterGap: boolean, isElectric: boolean): void {
    this.#isElectricBroken ||= isAfterGap
    if (!isElectric) {
      this.#isElectricBroken = true
      return
    }
    const nowMs = this.#clock.monoMs()
    if (this.#electricMs !== null) {
      const spacingUs = (nowMs - this.#electricMs) * 1000
      // On demand, nobody knows when the next one was due: the rule for devices without numbers holds.
      if (mode === 'handshake' && spacingUs > this.#usual.longestUs) this.#isElectricBroken = true
      this.#usual.add(spacingUs)
      if (this.#isElectricBroken) this.#sink?.gap()
    }
    this.#electricMs = nowMs
    this.#isElectricBroken = false
  }

  #sayTexts(sink: SourceSink, { tags }: PollGroupPlan, readings: readonly TagReading[]): void {
    for (const [i, { channel }] of tags.entries()) {
      const reading = readings[i]
      if (reading?.kind !== 'value' || typeof reading.value !== 'string') continue
      if (this.#texts.get(channel) === reading.value) continue
      this.#texts.set(channel, reading.value)
      sink.event('note', `${channel}: ${reading.value === '' ? '(empty)' : reading.value}`)
    }
  }

  #failed({ problem, reason, hint }: PlcFailure): void {
    const isGone = problem === 'unreachable' && this.#pool.status.open === 0
    const asked = this.#groups.filter((each) => each.isRunning && each.plan.mode === 'fixed')
    if (isGone) {
      this.#isThere = false
      this.#say('waiting', `${reason}; ${hint}`)
    } else if (asked.every((each) => each.isFailing)) this.#say('silent', `${reason}; ${hint}`)
  }

  /** Each reason would be an event: the first one of a state is enough. */
  #say(state: SourceState, reason: string): void {
    if (state === this.#state) return
    this.#state = state
    this.#sink?.state(state, reason)
  }
}
