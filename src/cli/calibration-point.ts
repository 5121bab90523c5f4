import type { Step } from '../app/calibrate-run.ts'
import { InaError } from '../util/errors.ts'
import { readQuantity } from '../util/quantity.ts'

/**
 * Reads `1.000A`, `250mA`, `5.000V`; a number alone is a current.
 *
 * @throws InaError usage_invalid
 */
export function parsePoint(text: string): Step {
  const read = readQuantity(text, ['A', 'V'])
  if (read !== null && read.value !== 0 && Math.abs(read.value) <= 1000) {
    return { quantity: read.unit === 'V' ? 'voltage' : 'current', reference: read.value }
  }
  throw new InaError(
    'usage_invalid',
    `'${text}' is no current or voltage other than 0, up to 1000`,
    'write what the reference meter reads, such as 1.000A, 250mA or 5.000V',
  )
}
