import type { Command } from 'commander'
import { STATISTICS, type StatisticName } from '../../stats/statistic-names.ts'
import { InaError } from '../../util/errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import { type CliOption, option } from '../option.ts'
import { levelOf } from '../precedence.ts'

/** There without being asked for. */
const ALWAYS: readonly string[] = ['min', 'avg', 'max']

/** @param help what they are to the command */
export function statsOption(help: string): CliOption {
  return option(
    '--stats <names>',
    `${help}: all, or of ${STATISTICS.join(', ')} (reads every sample)`,
    { parse: parseStatistics, words: ['all', ...STATISTICS] },
  )
}

/** @param text names with commas between, `all` for all of them; each once, in that order @throws InaError usage_invalid */
function parseStatistics(text: string): readonly StatisticName[] {
  const choice = `say all, or some of ${STATISTICS.join(', ')}`
  const wanted = new Set<StatisticName>()
  for (const word of text.split(',').map((each) => each.trim())) {
    const name = STATISTICS.find((each) => each === word)
    if (name !== undefined) wanted.add(name)
    else if (word === 'all') for (const each of STATISTICS) wanted.add(each)
    else if (!ALWAYS.includes(word)) {
      throw new InaError(
        'usage_invalid',
        `'${word}' is no statistic`,
        word === '' ? choice : didYouMean(word, STATISTICS, choice),
      )
    }
  }
  return [...wanted]
}

/** @throws InaError usage_invalid: said on the command line where there are no buckets to have statistics of */
export function settleStatistics(command: Command): void {
  if (levelOf(command, 'stats') < 3 || levelOf(command, 'every') >= 0) return
  throw new InaError(
    'usage_invalid',
    '--stats needs --every: a single sample has no statistics',
    'give --every 1m, or another length',
  )
}
