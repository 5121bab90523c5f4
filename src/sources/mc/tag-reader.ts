import type { McCode } from '../../protocol/mc3e/fields.ts'
import {
  type PlanLimits,
  type PlannedRead,
  planReads,
  valuesOf,
} from '../../protocol/mc3e/read-plan.ts'
import type { PlcTag } from '../../protocol/mc3e/tag.ts'
import type { PlcClient } from './fair-share.ts'
import type { PlcFailure } from './plc-failure.ts'

/** What was read of one tag. */
export type TagReading =
  /** A number, 0 or 1 of a bit, a text; null: the float there is no number. */
  { readonly kind: 'value'; readonly value: number | string | null } | PlcFailure

/** Refusals that are about an address: the other tags of the request can be read without it. */
const ABOUT_ADDRESS = new Set([0xc056, 0xc05b, 0xc05c, 0xc0b5, 0x4030, 0x4031, 0x4032])

/** Refusals of a command: a PLC that has batch reads alone. */
const ABOUT_COMMAND = new Set([0xc059, 0x4002])

/**
 * Reads a group of tags, again and again. A tag with an address that the PLC does not have costs the others nothing: it is found, and
 * read alone from then on, until it is answered. One that knows no random reads gets none.
 */
export class TagReader {
  readonly #tags: readonly PlcTag[]
  readonly #code: McCode
  #limits: PlanLimits
  /** Tags that were refused when they were read alone, by their index. */
  readonly #apart = new Set<number>()
  #plan: readonly PlannedRead[]
  #isPlanOld = false

  /** @param code of the PLC, which limits its requests */
  constructor(tags: readonly PlcTag[], code: McCode, limits: PlanLimits = {}) {
    this.#tags = tags
    this.#code = code
    this.#limits = limits
    this.#plan = this.#planned()
  }

  /** Requests of one turn, while nothing is refused. */
  get requests(): number {
    return this.#plan.length
  }

  /** All tags once, in their order. The requests go out together, so that a pool can spread them. Never rejects. */
  async read(plc: PlcClient): Promise<TagReading[]> {
    const readings = new Array<TagReading>(this.#tags.length)
    await Promise.all(this.#plan.map((read) => this.#readOne(plc, read, readings)))
    if (this.#isPlanOld) {
      this.#isPlanOld = false
      this.#plan = this.#planned()
    }
    return readings
  }

  async #readOne(plc: PlcClient, read: PlannedRead, readings: TagReading[]): Promise<void> {
    const outcome = await plc.ask(read.request)
    if (outcome.kind === 'cells') {
      for (const [index, value] of valuesOf(this.#tags, read, outcome.cells)) {
        readings[index] = { kind: 'value', value }
        if (this.#apart.delete(index)) this.#isPlanOld = true
      }
      return
    }
    const indexes = read.places.map(({ index }) => index)
    const code = outcome.endCode ?? 0
    if (read.request.kind === 'random' && ABOUT_COMMAND.has(code)) {
      this.#limits = { ...this.#limits, hasRandom: false }
      this.#isPlanOld = true
      await this.#readSome(plc, indexes, readings)
    } else if (ABOUT_ADDRESS.has(code) && indexes.length > 1) {
      // Halves, until the culprit is alone.
      const middle = indexes.length >> 1
      await this.#readSome(plc, indexes.slice(0, middle), readings)
      await this.#readSome(plc, indexes.slice(middle), readings)
    } else {
      for (const index of indexes) readings[index] = outcome
      if (ABOUT_ADDRESS.has(code)) this.#setApart(indexes)
    }
  }

  async #readSome(
    plc: PlcClient,
    indexes: readonly number[],
    readings: TagReading[],
  ): Promise<void> {
    for (const part of this.#planOf(indexes)) await this.#readOne(plc, part, readings)
  }

  #setApart(indexes: readonly number[]): void {
    for (const index of indexes) {
      if (this.#apart.has(index)) continue
      this.#apart.add(index)
      this.#isPlanOld = true
    }
  }

  #planned(): PlannedRead[] {
    const together = [...this.#tags.keys()].filter((index) => !this.#apart.has(index))
    const apart = [...this.#apart].flatMap((index) => this.#planOf([index]))
    return [...this.#planOf(together), ...apart]
  }

  /** A plan for some of the tags, with their indexes among all. */
  #planOf(indexes: readonly number[]): PlannedRead[] {
    const tags = indexes.map((index) => this.#tags[index] as PlcTag)
    return planReads(tags, this.#code, this.#limits).map(({ request, places }) => ({
      request,
      places: places.map((place) => ({ ...place, index: indexes[place.index] as number })),
    }))
  }
}
