import type { Catalog } from '../file/catalog.ts'
import { Damage } from '../file/log-errors.ts'
import { areStored, isElectric, type SampleRow, type SampleScan } from '../file/sample-scan.ts'
import { fromStored } from '../file/stored-value.ts'
import type { ExtrasScan } from './extras-scan.ts'
import type { LoggedSample, LogRange, SamplePage } from './log-query.ts'

/** Puts samples together from their rows: whose they are, their values as numbers, their extra channels. */
export class SamplePages {
  readonly #catalog: Catalog
  readonly #scan: SampleScan
  readonly #extras: ExtrasScan | null

  /** @param extras null: the log has none */
  constructor(catalog: Catalog, scan: SampleScan, extras: ExtrasScan | null) {
    this.#catalog = catalog
    this.#scan = scan
    this.#extras = extras
  }

  /** In order of time. @param withExtras as `LogReader.samples` has it @throws Damage */
  *pages(range: LogRange, withExtras: boolean): Generator<SamplePage> {
    const wanted = range.device === null ? null : new Set(this.#catalog.idsOf(range.device))
    const extrasScan = withExtras ? this.#extras : null
    for (const rows of this.#scan.pages(range.fromUs, range.toUs)) {
      const extras = extrasScan?.of(rows)
      const page: LoggedSample[] = []
      for (const row of rows) {
        const [timeUs, epochId, seq, v, a, w, statusId] = row
        const deviceId = this.#catalog.deviceOf(epochId)
        if (wanted !== null && !wanted.has(deviceId)) continue
        if (deviceId < 0 || !areStored(row)) throw new Damage()
        const isBare = !withExtras && !isElectric(row)
        // What could not be measured is to be seen; a sample of other channels is none of these.
        if (isBare && this.#catalog.status(statusId).measured) continue
        page.push({
          timeUs,
          device: this.#catalog.nameOf(deviceId),
          voltage: fromStored(v),
          current: fromStored(a),
          power: fromStored(w),
          seq,
          status: this.#catalog.status(statusId).text,
          extras: extras?.get(timeUs) ?? null,
        })
      }
      yield { samples: page, rowCount: rows.length, untilUs: (rows.at(-1) as SampleRow)[0] }
    }
  }
}
