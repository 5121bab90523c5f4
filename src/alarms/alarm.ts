import { ConditionState, isMoreExtreme, type Truth } from './condition.ts'
import { Evaluation, type Leaf, SilenceState } from './evaluation.ts'
import { type Rule, unitOf } from './rule.ts'

/**
 * `pending`: a `for` is running. `on`: raised. `acknowledged`: raised, and somebody knows.
 * `latched`: its condition is over, and nobody has taken notice yet.
 */
export type AlarmState = 'off' | 'pending' | 'on' | 'acknowledged' | 'latched'

export type AlarmEventKind = 'alarm_on' | 'alarm_off' | 'alarm_ack'

/** Something that happened to an alarm. */
export interface AlarmEvent {
  readonly kind: AlarmEventKind
  readonly rule: Rule
  /** Device time, Unix µs. */
  readonly timeUs: number
  /** What made it so: of the condition that raised the alarm; null: no value is known. */
  readonly value: number | null
  /** The most extreme one since it was raised; of an acknowledgement: of all raises that it is for. */
  readonly peak: number | null
  /** Unit of both, maybe empty. */
  readonly unit: string
  /** Since it was raised, µs; of an acknowledgement: since the first raise that it is for. Until its end, if it is over. */
  readonly durationUs: number
}

/** How one rule stands for one device. */
export interface AlarmStatus {
  readonly state: AlarmState
  /** Of the newest raise, device time, Unix µs; null: not raised, or acknowledged and over. */
  readonly sinceUs: number | null
  /** End of the condition of one that is latched, device time, Unix µs; null: not over. */
  readonly untilUs: number | null
  /** First raise that nobody has taken notice of, or the newest one; null as `sinceUs`. */
  readonly firstUs: number | null
  /** Raises since then, that one included; 0: not raised. */
  readonly raises: number
  /** Of the condition that raised it, else of the first one; null: none is known. */
  readonly value: number | null
  /** Of all those raises. */
  readonly peak: number | null
  readonly unit: string
}

/** One rule for one device: raised, over, acknowledged. */
export class Alarm {
  readonly rule: Rule
  readonly evaluation: Evaluation
  readonly #channelUnit: (id: string) => string | null
  #isOn = false
  #isAcked = false
  #sinceUs: number | null = null
  #untilUs: number | null = null
  /** The condition that raised it. */
  #subject: Leaf | null = null
  #peak: number | null = null
  /** First raise that nobody has taken notice of: of a latched alarm there may be several. */
  #firstUs: number | null = null
  #raises = 0
  /** Of those before the newest raise. */
  #earlierPeak: number | null = null

  constructor(rule: Rule, channelUnit: (id: string) => string | null) {
    this.rule = rule
    this.evaluation = new Evaluation(rule.when)
    this.#channelUnit = channelUnit
  }

  get status(): AlarmStatus {
    const subject = this.#subject ?? this.evaluation.leaves[0]
    return {
      state: this.#state,
      sinceUs: this.#sinceUs,
      untilUs: this.#untilUs,
      firstUs: this.#firstUs,
      raises: this.#raises,
      value: subject?.value ?? null,
      peak: this.#largest(this.#earlierPeak, this.#peak),
      unit: this.#unitOf(subject),
    }
  }

  /**
   * @param truth of the rule at that time; null: nothing that is known changes it
   * @returns what happened; null: nothing
   */
  step(truth: Truth, timeUs: number): AlarmEvent | null {
    if (!this.#isOn) return truth === true ? this.#raise(timeUs) : null
    this.#followPeak()
    return truth === false ? this.#clear(timeUs) : null
  }

  /** Somebody has taken notice. @param timeUs device time, Unix µs @returns null: there was nothing to take notice of */
  acknowledge(timeUs: number): AlarmEvent | null {
    if (this.#sinceUs === null || this.#isAcked) return null
    const event = {
      ...this.#event('alarm_ack', timeUs),
      peak: this.#largest(this.#earlierPeak, this.#peak),
      durationUs: Math.max(0, (this.#untilUs ?? timeUs) - (this.#firstUs ?? timeUs)),
    }
    this.#isAcked = true
    this.#firstUs = this.#sinceUs
    this.#raises = 1
    this.#earlierPeak = null
    if (!this.#isOn) this.#forget()
    return event
  }

  get #state(): AlarmState {
    if (this.#isOn) return this.#isAcked ? 'acknowledged' : 'on'
    if (this.#sinceUs !== null) return 'latched'
    return this.evaluation.isPending ? 'pending' : 'off'
  }

  #raise(timeUs: number): AlarmEvent {
    const { leaves } = this.evaluation
    const subject = leaves.find(({ truth }) => truth === true) ?? leaves[0] ?? null
    // Values of another condition are no measure for this one.
    if (subject !== this.#subject) this.#earlierPeak = null
    else this.#earlierPeak = this.#largest(this.#earlierPeak, this.#peak)
    this.#isOn = true
    this.#isAcked = false
    this.#firstUs ??= timeUs
    this.#raises++
    this.#sinceUs = timeUs
    this.#untilUs = null
    this.#subject = subject
    this.#peak = subject?.value ?? null
    return this.#event('alarm_on', timeUs)
  }

  #clear(timeUs: number): AlarmEvent {
    // A sample that was on its way when the silence was noticed lies before it.
    this.#untilUs = Math.max(timeUs, this.#sinceUs ?? timeUs)
    const event = this.#event('alarm_off', this.#untilUs)
    this.#isOn = false
    if (!this.rule.latch || this.#isAcked) this.#forget()
    return event
  }

  #forget(): void {
    this.#sinceUs = null
    this.#untilUs = null
    this.#subject = null
    this.#peak = null
    this.#firstUs = null
    this.#raises = 0
    this.#earlierPeak = null
  }

  #followPeak(): void {
    this.#peak = this.#largest(this.#peak, this.#subject?.value ?? null)
  }

  /** The more extreme of two values of the condition that raised it. */
  #largest(one: number | null, other: number | null): number | null {
    if (one === null || other === null) return one ?? other
    const subject = this.#subject
    if (!(subject instanceof ConditionState)) return Math.max(one, other)
    return isMoreExtreme(subject.condition.comparison, other, one) ? other : one
  }

  #event(kind: AlarmEventKind, timeUs: number): AlarmEvent {
    const subject = this.#subject ?? undefined
    const endUs = this.#untilUs ?? timeUs
    return {
      kind,
      rule: this.rule,
      timeUs,
      value: subject?.value ?? null,
      peak: this.#peak,
      unit: this.#unitOf(subject),
      durationUs: Math.max(0, endUs - (this.#sinceUs ?? endUs)),
    }
  }

  #unitOf(leaf: Leaf | undefined): string {
    if (leaf === undefined) return ''
    if (leaf instanceof SilenceState) return 's'
    return unitOf(leaf.condition.measure, this.#channelUnit)
  }
}
