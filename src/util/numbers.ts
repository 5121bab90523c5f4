import { InaError } from './errors.ts'

export interface NumberRange {
  readonly min: number
  readonly max: number
  /** Unit as shown, such as `Hz`; empty for a count. */
  readonly unit: string
  readonly integer?: boolean
}

/** `07`. @param value 0 to 99 */
export function twoDigits(value: number | string): string {
  return String(value).padStart(2, '0')
}

/** A reader of option texts for one number in a range; the message quotes value and range. */
export function numberIn(range: NumberRange): (text: string) => number {
  const unit = range.unit === '' ? '' : ` ${range.unit}`
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    const fits =
      value >= range.min && value <= range.max && (!range.integer || Number.isInteger(value))
    if (!fits) {
      throw new InaError(
        'usage_invalid',
        `'${text}' is not ${range.integer ? 'a whole number' : 'a number'} of ${range.min} to ${range.max}${unit}`,
        'give a number in that range',
      )
    }
    return value
  }
}
