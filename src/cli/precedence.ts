import type { Command, Option } from 'commander'
import { InaError } from '../util/errors.ts'
import { blamed, saidOf } from './origins.ts'

/** The weakest first. */
const LEVELS: readonly (string | undefined)[] = ['default', 'config', 'env', 'cli']

/**
 * Settles options that exclude each other: the side that is named at the highest
 * level (flag, environment, file) stays, and what lower levels say of the others
 * is dropped. Sides named at the same level all stay, for the command to refuse.
 *
 * @param sides attribute names of the options on each side
 */
export function keepHighest(command: Command, ...sides: readonly (readonly string[])[]): void {
  const levels = sides.map((side) => Math.max(...side.map((key) => levelOf(command, key))))
  const highest = Math.max(...levels)
  sides.forEach((side, i) => {
    if (levels[i] !== highest) for (const key of side) drop(command, key)
  })
}

/**
 * Settles two options, or groups of them, that can't be used together.
 *
 * @param message says so, for where both are named at the same level
 * @throws InaError usage_invalid
 */
export function exclude(
  command: Command,
  [one, other]: readonly [readonly string[], readonly string[]],
  message: string,
  hint: string,
): void {
  keepHighest(command, one, other)
  const isNamed = (key: string): boolean => levelOf(command, key) > 0
  if (!one.some(isNamed) || !other.some(isNamed)) return
  const said = [...one, ...other].map((key) => saidOf(command, key))
  throw blamed(said, new InaError('usage_invalid', message, hint))
}

/** 0 built-in, 1 file, 2 environment, 3 flag; -1 where the option is not named: `stdin = false` or `port = []` in the file names no source. */
export function levelOf(command: Command, key: string): number {
  const value: unknown = command.getOptionValue(key)
  if (value === undefined || value === false) return -1
  if (Array.isArray(value) && value.length === 0) return -1
  return sourceLevel(command, key)
}

/** Where the value of an option comes from, whatever it says: 0 built-in, 1 file, 2 environment, 3 flag. */
export function sourceLevel(command: Command, key: string): number {
  return LEVELS.indexOf(command.getOptionValueSource(key))
}

export function hasFlag(command: Command, key: string): boolean {
  return command.getOptionValueSource(key) === 'cli'
}

/** `--day`, of the option `day`. */
export function flagOf(command: Command, key: string): string {
  return optionOf(command, key)?.long ?? ''
}

/** Said by flag or environment. */
export function isAboveFile(command: Command, key: string): boolean {
  return levelOf(command, key) > LEVELS.indexOf('config')
}

function drop(command: Command, key: string): void {
  command.setOptionValueWithSource(key, optionOf(command, key)?.defaultValue, 'default')
}

function optionOf(command: Command, key: string): Option | undefined {
  return command.options.find((each) => each.attributeName() === key)
}
