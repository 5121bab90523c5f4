import { SAMPLE_COLUMNS } from '../domain/columns.ts'
import { csvText } from '../util/csv.ts'
import type { ExportFormat } from './format-names.ts'

/** Bytes around the cells of a sample, in order of `SAMPLE_COLUMNS`. */
export interface SampleTemplate {
  readonly time: Buffer
  readonly device: Buffer
  readonly voltage: Buffer
  readonly current: Buffer
  readonly power: Buffer
  readonly seq: Buffer
  readonly status: Buffer
  readonly end: Buffer
  /** Where there is no number. */
  readonly none: Buffer
  readonly quote: (text: string) => string
}

export function sampleTemplate(format: ExportFormat): SampleTemplate {
  const before = (i: number): Buffer => {
    if (format === 'csv') return Buffer.from(i === 0 ? '' : ',')
    const name = SAMPLE_COLUMNS[i]
    return Buffer.from(i === 0 ? `{"${name}":"` : `${i === 1 ? '"' : ''},"${name}":`)
  }
  return {
    time: before(0),
    device: before(1),
    voltage: before(2),
    current: before(3),
    power: before(4),
    seq: before(5),
    status: before(6),
    end: Buffer.from(format === 'csv' ? '\n' : '}\n'),
    none: Buffer.from(format === 'csv' ? '' : 'null'),
    quote: format === 'csv' ? csvText : JSON.stringify,
  }
}
