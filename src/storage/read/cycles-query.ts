import { Continuity } from '../../stats/continuity.ts'
import { CycleFinder, type Cycles } from '../../stats/cycles.ts'
import { LevelSplit, positionOf } from '../../stats/level-split.ts'
import type { Catalog } from '../file/catalog.ts'
import { isElectric, type SampleScan } from '../file/sample-scan.ts'
import { fromStored } from '../file/stored-value.ts'
import type { LogRange } from './log-query.ts'

/** Newest cycles of a span that its figures are of; some 300 KB. */
const CYCLES_KEPT = 4096

/** Looks for a load that repeats in the raw samples of a device. */
export class CyclesQuery {
  readonly #catalog: Catalog
  readonly #scan: SampleScan

  constructor(catalog: Catalog, scan: SampleScan) {
    this.#catalog = catalog
    this.#scan = scan
  }

  /** null: none is seen. @param range of one device */
  cycles({ device, fromUs, toUs }: LogRange): Cycles | null {
    const [id] = this.#catalog.idsOf(device)
    if (id === undefined) return null
    // Twice through the samples: all cycles are told apart by the levels of the whole span, so that its begin does not matter.
    const split = new LevelSplit(Number.POSITIVE_INFINITY)
    this.#each(id, fromUs, toUs, (_, current) => split.add(positionOf(current)))
    const finder = new CycleFinder(CYCLES_KEPT, split.split())
    this.#each(id, fromUs, toUs, (...sample) => finder.add(...sample))
    return finder.read(Number.NaN)
  }

  /** @param take gets time in Unix µs and current in A of each measured sample, and whether it follows on the one before */
  #each(
    id: number,
    fromUs: number,
    toUs: number,
    take: (timeUs: number, current: number, follows: boolean) => void,
  ): void {
    let continuity = new Continuity()
    let epochId = -1
    let isLinked = false
    for (const rows of this.#scan.pages(fromUs, toUs)) {
      for (const row of rows) {
        if (!this.#scan.isOf(row, id)) continue
        const [timeUs, epoch, seq, , current, , statusId] = row
        if (epoch !== epochId) continuity = new Continuity()
        epochId = epoch
        if (!continuity.follows(timeUs, seq ?? -1)) isLinked = false
        if (!isElectric(row)) continue
        const { measured } = this.#catalog.status(statusId)
        if (measured) take(timeUs, fromStored(current), isLinked)
        isLinked = measured
      }
    }
  }
}
