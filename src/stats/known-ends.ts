import type { Detail } from '../domain/detail.ts'
import { isMeasured, type Sample } from '../domain/sample.ts'
import { nearestMicro } from '../util/micro.ts'
import { distance } from '../util/serial-number.ts'
import type { Figures } from './figures.ts'
import type { IntervalEnd } from './interval.ts'

/** Newest electric samples of a run that are kept, at least; what comes late may lie between two of them. */
const KEPT = 4096
/** Runs of a device that are kept; a late sample may be of an earlier one. */
const RUNS_KEPT = 4

/** What the interval before a sample has added to figures. */
export interface Added {
  readonly coveredUs: number
  readonly countedUs: number
  readonly bridgedUs: number
  readonly chargePc: number
  readonly energyPj: number
  readonly chargeForwardPc: number
  readonly energyForwardPj: number
}

/** What figures have at a moment, to know later what was added since. */
export function snapshotOf(figures: Figures): Added {
  const { coveredUs, countedUs, bridgedUs, chargePc, energyPj } = figures
  const { chargeForwardPc, energyForwardPj } = figures
  return { coveredUs, countedUs, bridgedUs, chargePc, energyPj, chargeForwardPc, energyForwardPj }
}

export function addedSince(before: Added, figures: Figures): Added {
  return {
    coveredUs: figures.coveredUs - before.coveredUs,
    countedUs: figures.countedUs - before.countedUs,
    bridgedUs: figures.bridgedUs - before.bridgedUs,
    chargePc: figures.chargePc - before.chargePc,
    energyPj: figures.energyPj - before.energyPj,
    chargeForwardPc: figures.chargeForwardPc - before.chargeForwardPc,
    energyForwardPj: figures.energyForwardPj - before.energyForwardPj,
  }
}

/** An electric sample of a run, in the order of its numbers. */
export class KnownEnd implements IntervalEnd {
  readonly seq: number
  readonly epochId: number
  readonly timeUs: number
  readonly currentMicro: number
  readonly powerMicro: number
  readonly detail: Detail | null
  readonly measured: boolean
  /** By the interval from the one before; null: nothing. */
  added: Added | null = null

  constructor({ seq, epochId, timeUs, current, power, detail, status }: Sample) {
    this.seq = seq ?? -1
    this.epochId = epochId
    this.timeUs = timeUs
    this.currentMicro = nearestMicro(current)
    this.powerMicro = nearestMicro(power)
    this.detail = detail
    this.measured = isMeasured(status)
  }
}

interface Run {
  readonly epochId: number
  /** In order of their numbers. */
  readonly ends: KnownEnd[]
  /** There were others before the first of them. */
  isCut: boolean
}

/** Where a sample stands among those of its run. */
export interface Neighbours {
  readonly before: KnownEnd | null
  readonly after: KnownEnd | null
  /** What lies before it is not kept any more. */
  readonly isCut: boolean
}

/**
 * The newest electric samples of a device that counts charge and energy itself. What it has counted
 * is known over gaps as well; so a sample that comes late divides an interval that has been added.
 */
export class KnownEnds {
  #runs: Run[] = []
  /** The newest one in order, of any run. */
  newest: KnownEnd | null = null

  /** @param first the newest sample in order before any that counts; null: there is none */
  constructor(first: Sample | null) {
    if (first === null) return
    this.newest = new KnownEnd(first)
    this.#runs.push({ epochId: first.epochId, ends: [this.newest], isCut: true })
  }

  /**
   * Puts a sample where its number says, behind all others where it has none.
   *
   * @param isLate it came after later ones: what a run that is not kept had before it, is not known
   */
  insert(end: KnownEnd, isLate: boolean): Neighbours {
    const run = this.#find(end.epochId) ?? this.#begin(end.epochId, isLate)
    const { ends } = run
    const at = placeOf(ends, end.seq)
    ends.splice(at, 0, end)
    const around = { before: ends[at - 1] ?? null, after: ends[at + 1] ?? null }
    const isCut = run.isCut && at === 0
    if (ends.length > 2 * KEPT) {
      ends.splice(0, KEPT)
      run.isCut = true
    }
    return { ...around, isCut }
  }

  /** Those on either side of a number that has no electric sample. */
  around(epochId: number, seq: number): Pick<Neighbours, 'before' | 'after'> {
    const ends = this.#find(epochId)?.ends ?? []
    const at = placeOf(ends, seq)
    return { before: ends[at - 1] ?? null, after: ends[at] ?? null }
  }

  /** The figures that they have been added to begin at zero. */
  forgetAdded(): void {
    for (const { ends } of this.#runs) for (const end of ends) end.added = null
  }

  #find(epochId: number): Run | undefined {
    return this.#runs.find((each) => each.epochId === epochId)
  }

  #begin(epochId: number, isCut: boolean): Run {
    const run = { epochId, ends: [], isCut }
    this.#runs = [...this.#runs.slice(1 - RUNS_KEPT), run]
    return run
  }
}

/** Place of the first one with a later number. */
function placeOf(ends: readonly KnownEnd[], seq: number): number {
  let at = ends.length
  if (seq < 0) return at
  while (at > 0) {
    const before = (ends[at - 1] as KnownEnd).seq
    if (before < 0 || distance(before, seq) > 0) break
    at--
  }
  return at
}
