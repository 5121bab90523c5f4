import type { Command } from '../protocol/link/commands.ts'
import { readWords } from '../protocol/words/read-words.ts'
import type { Clock } from '../util/clock.ts'
import type { NamedDevice } from './named-devices.ts'
import { type Scoped, scopeAt } from './scope.ts'

/**
 * Reads the words of `--set` and `send` for the devices of a run.
 *
 * @throws InaError usage_invalid
 */
export function parseSettings(
  texts: readonly string[],
  devices: readonly NamedDevice[],
  clock: Clock,
): Scoped<Command>[] {
  return readWords(texts, (text, at) => scopeAt(text, at, devices), clock)
}
