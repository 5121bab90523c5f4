import type { Command } from 'commander'
import { parseDuration } from '../../util/duration.ts'
import { InaError } from '../../util/errors.ts'
import { numberIn } from '../../util/numbers.ts'
import { option } from '../option.ts'
import { exclude, flagOf, hasFlag } from '../precedence.ts'

const OF_STORES = ['day', 'post', 'relays'] as const

/** Adds what `mock --energy-store` has beside the options of any mock. */
export function addStoreOptions(command: Command): void {
  command
    .addOption(
      option(
        '--energy-store',
        'be a battery with solar panel and relays, made up: sun, clouds, loads on relays A to D (docs/energy-store.md)',
        { flagOnly: true },
      ),
    )
    .addOption(
      option('--day <duration>', 'length of a day of --energy-store, 1m to 24h', {
        defaultText: '24h: the time of day here',
        parse: dayLength,
      }),
    )
    .addOption(
      option(
        '--post <url>',
        'post the samples of --energy-store to this serve, such as http://127.0.0.1:8219 (default: print them)',
        { parse: webAddress },
      ),
    )
    .addOption(
      option(
        '--relays <port>',
        'answer for --relay-url of serve, on this TCP port of 127.0.0.1, 0 to 65535 (0: any free one); prints the URL',
        { parse: numberIn({ min: 0, max: 65_535, unit: '', integer: true }) },
      ),
    )
}

/** A store is a device as any other, but for what it measures and where its samples go. */
export function settleStore(command: Command): void {
  if (command.getOptionValue('energyStore') !== true) {
    for (const key of OF_STORES) {
      if (hasFlag(command, key)) {
        throw new InaError(
          'usage_invalid',
          `${flagOf(command, key)} is about an energy store, but none is asked for`,
          'add --energy-store',
        )
      }
      // In environment and file it may stand for the runs that are one.
      command.setOptionValue(key, undefined)
    }
    return
  }
  for (const key of ['board', 'mc3e', 'replay', 'scenario']) {
    exclude(
      command,
      [['energyStore'], [key]],
      `${flagOf(command, key)} does not go with --energy-store, which is a device of its own`,
      'leave one of them out',
    )
  }
  const isFastest = command.getOptionValue('rate') === 'max'
  for (const way of ['post', 'relays']) {
    for (const key of ['pty', 'plainFrames', ...(isFastest ? ['rate'] : [])]) {
      exclude(
        command,
        [[way], [key]],
        `${flagOf(command, key)} does not go with ${flagOf(command, way)}, which is a board with a network of its own`,
        'leave one of them out',
      )
    }
  }
}

function dayLength(text: string): number {
  const ms = parseDuration(text)
  if (ms >= 60_000 && ms <= 86_400_000) return ms
  throw new InaError('usage_invalid', `'${text}' is no day of 1m to 24h`, 'write --day 20m')
}

function webAddress(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  throw new InaError(
    'usage_invalid',
    `'${text}' is no address of HTTP`,
    'write such as http://127.0.0.1:8219',
  )
}
