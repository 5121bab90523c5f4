import { type Calibration, type Correction, NEUTRAL } from '../domain/calibration.ts'
import { InaError } from '../util/errors.ts'
import { didYouMean } from '../util/nearest.ts'
import { readQuantity } from '../util/quantity.ts'

const HINT = 'write [<device>:]offset=<A>,gain=<factor>, such as offset=1.2mA,gain=1.0042'

/** What may be said, each with the unit of a number and its ends. */
const PARTS = {
  offset: { of: 'current', part: 'offset', unit: ['A'], min: -1000, max: 1000 },
  gain: { of: 'current', part: 'gain', unit: [], min: 0.1, max: 10 },
  voffset: { of: 'voltage', part: 'offset', unit: ['V'], min: -1000, max: 1000 },
  vgain: { of: 'voltage', part: 'gain', unit: [], min: 0.1, max: 10 },
} as const
type PartName = keyof typeof PARTS
const NAMES = Object.keys(PARTS) as PartName[]

/**
 * Reads `offset=1.2mA,gain=1.0042,voffset=0,vgain=1`; what is left out changes nothing.
 *
 * @throws InaError usage_invalid
 */
export function parseCalibration(text: string): Calibration {
  const made: Record<'current' | 'voltage', Correction> = { current: NEUTRAL, voltage: NEUTRAL }
  const words = text.split(',').map((each) => each.trim())
  for (const word of words) {
    const [name = '', value, ...more] = word.split('=')
    const known = NAMES.find((each) => each === name)
    if (known === undefined) throw unknownPart(text, name)
    const { of, part, unit, min, max } = PARTS[known]
    const read = value === undefined || more.length > 0 ? null : readQuantity(value, unit)
    if (read === null || read.value < min || read.value > max) {
      throw new InaError(
        'usage_invalid',
        `the calibration '${text}': ${known} is no number of ${min} to ${max}`,
        HINT,
      )
    }
    made[of] = { ...made[of], [part]: read.value }
  }
  return made
}

/** The text that `parseCalibration` reads; what changes nothing is left out. */
export function calibrationSetting({ current, voltage }: Calibration): string {
  const parts = [
    ['offset', current.offset, 0],
    ['gain', current.gain, 1],
    ['voffset', voltage.offset, 0],
    ['vgain', voltage.gain, 1],
  ] as const
  const said = parts.filter(([, value, neutral]) => value !== neutral)
  // Nothing to correct is a result, too.
  return (said.length === 0 ? parts.slice(0, 2) : said)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}

function unknownPart(text: string, name: string): InaError {
  return new InaError(
    'usage_invalid',
    `the calibration '${text}' has an unknown part '${name}'`,
    didYouMean(name, NAMES, HINT),
  )
}
