import { InaError } from '../../util/errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import { unitOf } from '../text/decimal.ts'

/** Forms of lines that can be read, as `--format` names them; docs/formats.md shows each. */
export const FORMAT_NAMES = ['auto', 'json', 'text', 'plotter', 'csv', 'tab', 'ina3221'] as const
export type FormatName = (typeof FORMAT_NAMES)[number]

/** Of values that are printed without one. */
export interface Units {
  readonly v: string
  readonly a: string
  readonly w: string
}

export interface FormatChoice {
  readonly name: FormatName
  /** What the user says of values without a unit. */
  readonly units: Partial<Units>
}

export const AUTO: FormatChoice = { name: 'auto', units: {} }

/** Devices that one source of each form is. */
export function partsOf({ name }: FormatChoice): number {
  return name === 'ina3221' ? 3 : 1
}

/** Whether the device may be one of ours, which hears commands. */
export function mayHear({ name }: FormatChoice): boolean {
  return name === 'auto' || name === 'json'
}

/**
 * Reads `--format`: a form, and units of values that are printed without one:
 * `text`, `csv/A`, `text/mV/mA`.
 *
 * @throws InaError usage_invalid
 */
export function parseFormat(text: string): FormatChoice {
  const [first = '', ...unitTexts] = text.split('/')
  const name = FORMAT_NAMES.find((each) => each === first)
  if (name === undefined) {
    throw new InaError(
      'usage_invalid',
      `'${first}' is no form of lines`,
      didYouMean(first, FORMAT_NAMES, `the forms are ${FORMAT_NAMES.join(', ')}`),
    )
  }
  const units: { -readonly [K in keyof Units]?: string } = {}
  for (const each of unitTexts) {
    const unit = unitOf(each)
    const id = /^[mu]?([VAW])$/.exec(unit ?? '')?.[1]?.toLowerCase() as keyof Units | undefined
    if (unit === null || id === undefined) {
      throw new InaError(
        'usage_invalid',
        `'${each}' in --format ${text} is no unit of voltage, current or power`,
        'write it as V, mV, A, mA, uA, W, mW or uW, such as text/mA',
      )
    }
    units[id] = unit
  }
  return { name, units }
}
