import type { Role } from '../../src/sources/text/column-names.ts'
import { unitOf } from '../../src/sources/text/decimal.ts'
import type { DateOrder } from '../../src/sources/text/recorded-time.ts'
import { InaError } from '../../src/util/errors.ts'
import { didYouMean } from '../../src/util/nearest.ts'

/** What the user says of one column; null role: find out. */
export interface SpecifiedColumn {
  readonly role: Role | null
  readonly unit: string | null
  readonly dateOrder: DateOrder | null
}

const ROLES: readonly Role[] = ['time', 'voltage', 'current', 'power', 'status', 'mode']
const LETTER: Readonly<Record<string, RegExp>> = {
  time: /^(?:[mun]?s|min|h)$/,
  voltage: /V$/,
  current: /A$/,
  power: /W$/,
}
const EXAMPLE = "such as 'time:ms,voltage:V,current:mA,power:W', with - for a column to ignore"

/**
 * Reads `--columns`: what each column of a recording is, from the left, with its
 * unit. `-` is ignored; `?`, and columns past the end of the list, are found out.
 */
export function parseColumns(text: string): readonly SpecifiedColumn[] {
  const columns = text.split(',').map((part): SpecifiedColumn => {
    const [name = '', unit, ...rest] = part.split(':').map((each) => each.trim())
    if (name === '-') return { role: 'ignore', unit: null, dateOrder: null }
    if (name === '?') return { role: null, unit: null, dateOrder: null }
    const role = ROLES.find((each) => each === name.toLowerCase())
    if (role === undefined) {
      throw new InaError(
        'usage_invalid',
        `'${name}' is not what a column can be (${ROLES.join(', ')}, -, ?)`,
        didYouMean(name, ROLES, `list the columns from the left, ${EXAMPLE}`),
      )
    }
    if (role === 'time' && (unit === 'dmy' || unit === 'mdy' || unit === 'ymd')) {
      return { role, unit: null, dateOrder: unit }
    }
    const known = unit === undefined ? null : unitOf(unit)
    if ((unit !== undefined && (known === null || !LETTER[role]?.test(known))) || rest.length > 0) {
      throw new InaError(
        'usage_invalid',
        `'${part.trim()}' has no unit of ${role}`,
        `write them ${EXAMPLE}`,
      )
    }
    return { role, unit: known, dateOrder: null }
  })
  for (const role of ROLES) {
    // A date and a time of day are two columns.
    const most = role === 'time' ? 2 : 1
    if (columns.filter((column) => column.role === role).length <= most) continue
    throw new InaError(
      'usage_invalid',
      `'${text}' names more than ${most === 1 ? 'one column' : 'two columns'} as the ${role}`,
      'put - in place of those to ignore',
    )
  }
  return columns
}
