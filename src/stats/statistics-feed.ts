import type { Extras } from '../domain/channels.ts'
import { ELECTRIC } from '../domain/channels.ts'
import { advance } from '../util/serial-number.ts'
import { Continuity } from './continuity.ts'
import { Folder } from './folder.ts'

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
  readonly measured: boolean
}

/** Takes values and what lies between them; channels by their places in `StatisticsFeed.channels`. */
export interface StatisticsSink {
  value(channel: number, timeUs: number, value: number): void
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

/** Runs of one device kept at a time, as `Folder` does. */
const RUNS_KEPT = 16
/** Newest samples remembered as neighbours of one that comes late. */
const REMEMBERED = 1024
/** Stands in place of a value that was not measured, and that nothing goes on through. */
const UNMEASURED = Number.POSITIVE_INFINITY

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
    const isLateAhead = isShown && this.#recent?.has(sample, 1) === true
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
        if (isLinked(run, end)) {
          this.#sink.pair(place, timeUs, timeUs - end.timeUs, end.value, value)
        } else if (this.#recent !== null && seq >= 0) {
          // One that came late may have been faster than this one, which was in doubt until now.
          this.#join(place, this.#recent.neighbour(sample, place, -1), { timeUs, value })
        }
      }
      end.timeUs = timeUs
      end.value = value
      end.measured = measured
      end.breaks = run.breaks
      end.samples = run.samples
    }
    this.#recent?.remember(sample, values)
  }

  /** A sample that was on record as lost: the gap that it lay in is closed on the sides where its neighbours are there. */
  addLate(sample: FeedSample): void {
    const { timeUs, seq, measured } = sample
    const values = this.#valuesOf(sample)
    const recent = this.#recent
    for (let place = 0; place < values.length; place++) {
      const value = values[place] as number
      const isOwn = !Number.isNaN(value)
      if (isOwn && measured) this.#sink.value(place, timeUs, value)
      if (recent === null || seq < 0 || (isOwn && !measured)) continue
      const before = recent.neighbour(sample, place, -1)
      const after = recent.neighbour(sample, place, 1)
      if (isOwn) {
        this.#join(place, before, { timeUs, value })
        this.#join(place, { timeUs, value }, after)
      } else this.#join(place, before, after)
    }
    recent?.remember(sample, values)
  }

  /** A late sample is there already that follows on this one. */
  #joinNext(sample: FeedSample, place: number, value: number): void {
    const { timeUs, measured } = sample
    const isOwn = !Number.isNaN(value)
    if (isOwn && !measured) return
    const after = this.#recent?.neighbour(sample, place, 1) ?? null
    const before = isOwn ? { timeUs, value } : (this.#recent?.neighbour(sample, place, -1) ?? null)
    this.#join(place, before, after)
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

interface Neighbour {
  readonly timeUs: number
  readonly value: number
}

/** The newest samples by sequence number, modulo their count; plain numbers, as in `Integrator`. */
class RecentSamples {
  readonly #seq = new Float64Array(REMEMBERED).fill(-1)
  readonly #epoch = new Float64Array(REMEMBERED)
  readonly #timeUs = new Float64Array(REMEMBERED)
  /** By place of the channel. */
  readonly #values: Float64Array[] = []

  remember({ seq, epochId, timeUs, measured }: FeedSample, values: readonly number[]): void {
    if (seq < 0) return
    const at = seq % REMEMBERED
    this.#seq[at] = seq
    this.#epoch[at] = epochId
    this.#timeUs[at] = timeUs
    for (let place = 0; place < values.length; place++) {
      this.#values[place] ??= new Float64Array(REMEMBERED).fill(Number.NaN)
      const value = values[place] as number
      const isUnmeasured = !measured && !Number.isNaN(value)
      const series = this.#values[place] as Float64Array
      series[at] = isUnmeasured ? UNMEASURED : value
    }
  }

  /** Whether the sample before (-1) or behind (1) one is remembered. */
  has({ seq, epochId }: FeedSample, side: 1 | -1): boolean {
    if (seq < 0) return false
    const wanted = advance(seq, side)
    const at = wanted % REMEMBERED
    return this.#seq[at] === wanted && this.#epoch[at] === epochId
  }

  /** The value of a channel that a sample follows on (-1), or that follows on it (1). */
  neighbour({ seq, epochId }: FeedSample, place: number, side: 1 | -1): Neighbour | null {
    let wanted = seq
    for (let steps = 0; steps <= Folder.MOST_BETWEEN; steps++) {
      wanted = advance(wanted, side)
      const at = wanted % REMEMBERED
      if (this.#seq[at] !== wanted || this.#epoch[at] !== epochId) return null
      const value = this.#values[place]?.[at] ?? Number.NaN
      if (value === UNMEASURED) return null
      if (!Number.isNaN(value)) return { timeUs: this.#timeUs[at] as number, value }
    }
    return null
  }
}
