import { InaError } from '../../src/util/errors.ts'
import { didYouMean } from '../../src/util/nearest.ts'
import { loads } from './loads.ts'
import type { Scenario } from './scenario.ts'
import { troubles } from './troubles.ts'
import { waveforms } from './waveforms.ts'
import { withChannels } from './with-channels.ts'

export const scenarios: readonly Scenario[] = [...waveforms, ...loads, ...withChannels, ...troubles]

export const scenarioNames: readonly string[] = scenarios.map((each) => each.name)

/** @throws InaError usage_invalid, naming the nearest known one */
export function findScenario(name: string): Scenario {
  const found = scenarios.find((each) => each.name === name)
  if (found !== undefined) return found
  throw new InaError(
    'usage_invalid',
    `there is no scenario '${name}'`,
    didYouMean(name, scenarioNames, "choose one of those that 'ina219 mock --list' shows"),
  )
}

/** The text of `mock --list`. */
export function listScenarios(): string {
  const width = Math.max(...scenarioNames.map((name) => name.length))
  return scenarios.map((each) => `${each.name.padEnd(width)}  ${each.description}\n`).join('')
}
