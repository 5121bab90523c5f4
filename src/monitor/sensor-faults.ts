import type { DeviceRange } from '../domain/limits.ts'
import { isMeasured, type Sample, splitMarks } from '../domain/sample.ts'
import { formatDuration } from '../util/duration.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import type { FaultLatch } from './view.ts'

/** A fault that was away for less than this is the same one: what flaps is told once, µs of device time. */
const CALM_US = 2 * US_PER_SECOND

/** What can be wrong, by its word, and what that means. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['nosensor', 'the sensor does not answer'],
  ['ovf', 'the sensor overflows'],
  ['error', 'the device can not read the sensor'],
  ['reset', 'the sensor was reset'],
  ['clip', 'the sensor is at the end of its range'],
  ['full', 'a value is at full scale'],
  ['out_of_range', 'a value is not possible'],
])

/** A fault over some time; of device time, Unix µs. */
interface Spell {
  readonly sinceUs: number
  /** Newest sample that had it. */
  lastUs: number
  /** First sample behind it; null: the newest one has it. */
  clearUs: number | null
  samples: number
  /** So many times it began. */
  times: number
}

/** Something to put on record. */
export interface SensorEvent {
  /** Device time, Unix µs. */
  readonly timeUs: number
  readonly text: string
}

/**
 * What keeps the sensor of one device from measuring well. Each fault is told when it begins and when it is
 * over, and stays latched until somebody takes notice; no clock but that of the samples says anything.
 */
export class SensorFaults {
  readonly #range: () => DeviceRange
  readonly #onEvent: (event: SensorEvent) => void
  /** By word: until it was away for a while. */
  readonly #episodes = new Map<string, Spell>()
  /** By word: until somebody takes notice; the newest begin last. */
  readonly #latches = new Map<string, Spell>()
  #lastUs = 0
  /** No episode goes on, and each latch knows when it cleared: a sound sample changes nothing. */
  #isCalm = true

  /** @param range that of the device, which may say it later */
  constructor(range: () => DeviceRange, onEvent: (event: SensorEvent) => void) {
    this.#range = range
    this.#onEvent = onEvent
  }

  /** The newest begin first. */
  get latches(): FaultLatch[] {
    return [...this.#latches]
      .map(([word, { sinceUs, clearUs, samples, times }]) => {
        return { word, count: times, samples, sinceUs, untilUs: clearUs }
      })
      .reverse()
  }

  sample(sample: Sample): void {
    if (sample.origin === 'late') return
    const { timeUs } = sample
    // Time that goes back, at a restart or where a clock was set, says nothing of how long it was away.
    const isBack = timeUs < this.#lastUs
    this.#lastUs = timeUs
    const word = faultOf(sample, this.#range())
    // Nearly always nothing is wrong.
    if (word === null && this.#isCalm) return
    this.#isCalm = false
    for (const [other, latch] of this.#latches) if (other !== word) latch.clearUs ??= timeUs
    for (const [other, episode] of this.#episodes) {
      if (other === word) continue
      episode.clearUs ??= timeUs
      if (isBack || timeUs - episode.lastUs >= CALM_US) this.#end(other, episode)
    }
    if (word !== null) this.#add(word, timeUs)
    else this.#isCalm = this.#episodes.size === 0
  }

  /**
   * Somebody has taken notice of all that is latched; what goes on is latched again once it begins anew.
   *
   * @returns of how much
   */
  acknowledge(): number {
    const count = this.#latches.size
    for (const [word, latch] of this.#latches) {
      this.#onEvent({ timeUs: this.#lastUs, text: `${word}: acknowledged, ${countsText(latch)}` })
    }
    this.#latches.clear()
    return count
  }

  /** The run is over. */
  end(): void {
    for (const [word, episode] of this.#episodes) this.#end(word, episode)
  }

  #add(word: string, timeUs: number): void {
    const episode = this.#episodes.get(word)
    if (episode === undefined) {
      this.#episodes.set(word, begunAt(timeUs))
      this.#onEvent({ timeUs, text: `${word}: ${MEANINGS.get(word)}` })
    }
    const begins = episode === undefined || episode.clearUs !== null
    if (episode !== undefined) goOn(episode, timeUs)
    const latch = this.#latches.get(word)
    if (latch !== undefined) goOn(latch, timeUs)
    if (!begins) return
    // The newest begin is the last in the order of the map.
    this.#latches.delete(word)
    this.#latches.set(word, latch ?? begunAt(timeUs))
  }

  #end(word: string, episode: Spell): void {
    this.#episodes.delete(word)
    const { sinceUs, lastUs, clearUs } = episode
    const timeUs = clearUs ?? lastUs
    const lasted = formatDuration(Math.max(0, timeUs - sinceUs) / 1000)
    const state = clearUs === null ? 'still so at the end' : 'over'
    this.#onEvent({ timeUs, text: `${word}: ${state}, after ${lasted}, ${countsText(episode)}` })
  }
}

/** The gravest word for what is wrong with a sample; null: nothing is, or only what is no matter of the sensor. */
function faultOf(sample: Sample, { voltageMax, currentMax }: DeviceRange): string | null {
  const { status, electric, voltage, current } = sample
  if (status !== 'ok') {
    const { word } = splitMarks(status)
    if (MEANINGS.has(word)) return word
    if (!isMeasured(status)) return 'out_of_range'
  }
  const isFull = electric && (voltage >= voltageMax || Math.abs(current) >= currentMax)
  return isFull ? 'full' : null
}

function begunAt(timeUs: number): Spell {
  return { sinceUs: timeUs, lastUs: timeUs, clearUs: null, samples: 1, times: 1 }
}

function goOn(spell: Spell, timeUs: number): void {
  if (spell.clearUs !== null) spell.times++
  spell.samples++
  spell.lastUs = timeUs
  spell.clearUs = null
}

/** `1 sample`; `12 samples in 3 times`. */
function countsText({ times, samples }: Spell): string {
  const counted = `${samples} sample${samples === 1 ? '' : 's'}`
  return times === 1 ? counted : `${counted} in ${times} times`
}
