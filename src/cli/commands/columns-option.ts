import { parseColumns } from '../../../mock/replay/column-spec.ts'
import { type CliOption, option } from '../option.ts'

/** How the columns of a recording are read. */
export function columnsOption(spec: { readonly flagOnly?: boolean } = {}): CliOption {
  return option(
    '--columns <list>',
    "what a recording's columns are, such as time:ms,-,voltage:V,current:mA,power:W (default: detected)",
    { parse: parseColumns, ...spec },
  )
}
