import type { Extras } from '../domain/channels.ts'
import { ELECTRIC } from '../domain/channels.ts'
import type { Detail } from '../domain/detail.ts'
import { Continuity } from './continuity.ts'
import { Folder } from './folder.ts'
import { type Neighbour, RecentSamples } from './recent-samples.ts'

/** A sample as statistics see it. */
export interface FeedSample {
  /** Unix µs */
  readonly timeUs: number
  readonly epochId: number
  /** -1 where the device numbers nothing. */
  readonly seq: number
  /** V; NaN in a sample of extra channels alone, as are the next two. */
  readonly voltage: number
  readonly current: number
  readonly power: number
  readonly extras: Extras | null
  readonly detail: Detail | null
  readonly measured: boolean
}

/** Takes values and what lies between them; channels by their places in `StatisticsFeed.channels`. */
export interface StatisticsSink {
  value(channel: number, timeUs: number, value: number): void
  /** Extremes of what lay between a value that has come, a mean, and the one before. */
  reach(channel: number, timeUs: number, min: number, max: number): void
  /** Two values that follow directly on each other. @param timeUs of the later one */
  pair(channel: number, timeUs: number, spanUs: number, value0: number, value1: number): void
}

/**
 * Key of an extra channel among the statistics of a device: its id, but where that is one of
 * v, a, w. A device that sends a voltage alone has an extra channel `v`, which must not
 * be mixed with that of its samples with voltage and current. No id has a NUL in it.
 */
export function extraKey(id: string): string {
  return ELECTRIC_IDS.has(id) ? `${id}\0` : id
}

/** The same by ids, for those who show one `v`: that of samples with voltage and current, if there are some. */
export function byChannelId<T>(statistics: Iterable<readonly [key: string, T]>): Record<string, T> {
  const byId = new Map<string, T>()
  for (const [key, value] of statistics) {
    const id = key.endsWith('\0') ? key.slice(0, -1) : key
    if (id === key || !byId.has(id)) byId.set(id, value)
  }
  return Object.fromEntries(byId)
}

/** The newest value of a channel in a run. */
interface End {
  timeUs: number
  value: number
  measured: boolean
  /** `breaks` and `samples` of the run at that value. */
  breaks: number
  samples: number
}

interface Run {
  readonly epochId: number
  readonly continuity: Continuity
  breaks: number
  samples: number
  /** By place of the channel. */
  readonly ends: (End | undefined)[]
}

const ELECTRIC_IDS: ReadonlySet<string> = new Set(Object.values(ELECTRIC).map(({ id }) => id))

/** Places of the channels that a detail has extremes of. */
const [VOLTAGE, CURRENT] = [0, 1]

/** Runs of one device kept at a time, as `Folder` does. */
const RUNS_KEPT = 16

/**
 * Hands the measured values of one device to a sink, and every two of a channel
 * that follow directly on each other: for voltage, current and power the pairs that charge and
 * energy are made of (`Folder`), for extra channels those by the same rule.
 */
export class StatisticsFeed {
  readonly #sink: StatisticsSink
  readonly #places = new Map<string, number>()
  #runs: Run[] = []
  #run: Run | null = null
  readonly #recent: RecentSamples | null
  readonly #values: number[] = []

  /** @param takesLate remembers the newest samples, so that `addLate` finds neighbours among them */
  constructor(sink: StatisticsSink, takesLate: boolean) {
    this.#sink = sink
    this.#recent = takesLate ? new RecentSamples() : null
    for (const { id } of Object.values(ELECTRIC)) this.#places.set(id, this.#places.size)
  }

  /** Keys in order of their places: v, a, w, then the extra ones (`extraKey`) in order of their first value. */
  get channels(): readonly string[] {
    return [...this.#places.keys()]
  }

  /** Whether the next sample of a run finds the one before. */
  knows(epochId: number): boolean {
    return this.#run?.epochId === epochId || this.#runs.some((run) => run.epochId === epochId)
  }

  /** @param sample not before that of its run before @param isShown false: it only sets the scene for the next ones */
  add(sample: FeedSample, isShown = true): void {
    const { timeUs, epochId, seq, measured } = sample
    const run = this.#run?.epochId === epochId ? this.#run : this.#select(epochId)
    run.samples++
    if (!run.continuity.follows(timeUs, seq)) run.breaks++
    const values = this.#valuesOf(sample)
    const isLateAhead = isShown && this.#recent?.has(seq, epochId, 1) === true
    for (let place = 0; place < values.length; place++) {
      const value = values[place] as number
      if (isLateAhead) this.#joinNext(sample, place, value)
      if (Number.isNaN(value)) continue
      let end = run.ends[place]
      if (end === undefined) {
        end = { timeUs, value, measured: false, breaks: 0, samples: 0 }
        run.ends[place] = end
      }
      if (isShown && measured) {
        this.#sink.value(place, timeUs, value)
        if (sample.detail !== null) this.#reach(place, timeUs, sample.detail)
        if (isLinked(run, end)) {
          this.#sink.pair(place, timeUs, timeUs - end.timeUs, end.value, value)
        } else {
          // One that came late may have been faster than this one, which was in doubt until now.
          this.#join(place, this.#neighbour(sample, place, -1), { timeUs, value })
        }
      }
      end.timeUs = timeUs
      end.value = value
      end.measured = measured
      end.breaks = run.breaks
      end.samples = run.samples
    }
    this.#recent?.remember(seq, epochId, timeUs, values, measured)
  }

  /** A sample that was on record as lost: the gap that it lay in is closed on the sides where its neighbours are there. */
  addLate(sample: FeedSample): void {
    const { timeUs, epochId, seq, measured } = sample
    const values = this.#valuesOf(sample)
    for (let place = 0; place < values.length; place++) {
      const value = values[place] as number
      const isOwn = !Number.isNaN(value)
      if (isOwn && !measured) continue
      if (isOwn) this.#sink.value(place, timeUs, value)
      if (isOwn && sample.detail !== null) this.#reach(place, timeUs, sample.detail)
      const before = this.#neighbour(sample, place, -1)
      const after = this.#neighbour(sample, place, 1)
      if (isOwn) {
        this.#join(place, before, { timeUs, value })
        this.#join(place, { timeUs, value }, after)
      } else this.#join(place, before, after)
    }
    this.#recent?.remember(seq, epochId, timeUs, values, measured)
  }

  #reach(place: number, timeUs: number, detail: Detail): void {
    const { voltageMin, voltageMax, currentMin, currentMax } = detail
    if (place === VOLTAGE) this.#sink.reach(place, timeUs, voltageMin, voltageMax)
    else if (place === CURRENT) this.#sink.reach(place, timeUs, currentMin, currentMax)
  }

  /** A late sample is there already that follows on this one. */
  #joinNext(sample: FeedSample, place: number, value: number): void {
    const { timeUs, measured } = sample
    const isOwn = !Number.isNaN(value)
    if (isOwn && !measured) return
    const before = isOwn ? { timeUs, value } : this.#neighbour(sample, place, -1)
    this.#join(place, before, this.#neighbour(sample, place, 1))
  }

  #neighbour({ seq, epochId }: FeedSample, place: number, side: 1 | -1): Neighbour | null {
    return this.#recent?.neighbour(seq, epochId, place, side) ?? null
  }

  #join(place: number, before: Neighbour | null, after: Neighbour | null): void {
    if (before === null || after === null || after.timeUs <= before.timeUs) return
    const spanUs = after.timeUs - before.timeUs
    this.#sink.pair(place, after.timeUs, spanUs, before.value, after.value)
  }

  /** By place; NaN where the sample has none. */
  #valuesOf({ voltage, current, power, extras }: FeedSample): readonly number[] {
    const values = this.#values
    values.fill(Number.NaN)
    values[0] = voltage
    values[1] = current
    values[2] = power
    if (extras === null) return values
    for (const id of Object.keys(extras)) {
      const key = extraKey(id)
      let place = this.#places.get(key)
      if (place === undefined) {
        place = this.#places.size
        this.#places.set(key, place)
      }
      values[place] = extras[id] as number
    }
    return values
  }

  #select(epochId: number): Run {
    let run = this.#runs.find((each) => each.epochId === epochId)
    if (run === undefined) {
      run = { epochId, continuity: new Continuity(), breaks: 0, samples: 0, ends: [] }
      this.#runs = [...this.#runs.slice(1 - RUNS_KEPT), run]
    }
    this.#run = run
    return run
  }
}

function isLinked(run: Run, end: End): boolean {
  const between = run.samples - end.samples - 1
  return end.measured && end.breaks === run.breaks && between <= Folder.MOST_BETWEEN
}
