import type { Command } from 'commander'
import { cleanText } from '../domain/sample.ts'
import { InaError } from '../util/errors.ts'
import { BLANK_OR_COMMA, option } from './option.ts'
import { blamed, blaming, saidOf } from './origins.ts'
import { hasFlag } from './precedence.ts'

/** The longest name of a device that samples are posted to, in characters. */
const MOST_NAME = 64

interface IngestOptions {
  readonly ingest?: readonly string[]
  readonly energyStore?: string
  readonly relayUrl?: string
  readonly log: boolean
}

/**
 * Adds the sources that `serve` alone can have: devices that post their samples.
 *
 * @returns what checks them once the command line is parsed; it throws InaError usage_invalid
 */
export function addIngestOptions(command: Command): () => void {
  command
    .addOption(
      option(
        '--ingest <device>',
        'take samples that are posted to /api/v1/ingest/<device>; again for each (docs/ingest.md)',
        { list: BLANK_OR_COMMA, parse: deviceName, defaultText: 'none' },
      ),
    )
    .addOption(
      option(
        '--energy-store [device]',
        'take soc, solar_w and lux that are posted to /api/data/solar, and switch relays at /api/relay (docs/energy-store.md); as this device',
        { parse: deviceName, preset: 'energy-store', once: true, defaultText: 'none' },
      ),
    )
    .addOption(
      option(
        '--relay-url <url>',
        'where the relays of the energy store are switched, http:// or https://',
        { once: true, defaultText: 'outputs of a board of the run, else virtual ones' },
      ),
    )
    .addOption(
      option(
        '--socket-io',
        'tell of the energy store and its relays over Socket.IO as well, at /socket.io (docs/energy-store.md)',
      ),
    )
  return () => check(command)
}

const OF_STORES = [
  ['relayUrl', '--relay-url is for the relays of an energy store, and there is none'],
  ['socketIo', '--socket-io tells of an energy store, and there is none'],
] as const

function check(command: Command): void {
  const { ingest = [], energyStore, relayUrl: url, log } = command.opts<IngestOptions>()
  const isPosted = ingest.length > 0 || energyStore !== undefined
  const name = energyStore === undefined ? '--ingest' : '--energy-store'
  const said = (keys: readonly string[]) => keys.map((key) => saidOf(command, key))
  if (isPosted && !log) {
    const error = new InaError(
      'usage_invalid',
      `${name} answers when samples are in the log, and --no-log writes none`,
      'leave one of the two out',
    )
    throw blamed(said(['ingest', 'energyStore', 'log']), error)
  }
  if (url !== undefined) blaming(said(['relayUrl']), () => checkRelayUrl(url))
  if (energyStore !== undefined) return
  for (const [key, message] of OF_STORES) {
    // In environment and file it may stand for the runs that have an energy store.
    if (hasFlag(command, key)) throw new InaError('usage_invalid', message, 'add --energy-store')
  }
}

/** @throws InaError usage_invalid: it would be no part of a path, or could not be told from another one */
function deviceName(text: string): string {
  const isName = text.trim() === text && text !== '' && text.length <= MOST_NAME
  if (isName && cleanText(text) === text && !/[/?#%\\:]/.test(text) && !/^\.+$/.test(text)) {
    return text
  }
  throw new InaError(
    'usage_invalid',
    `'${text}' is no name of a device to post to`,
    `write 1 to ${MOST_NAME} characters without any of / ? # % \\ :, such as pump-2`,
  )
}

/** Not read with the option: what is wrong with it then is quoted whole, a password, too. @throws InaError usage_invalid */
function checkRelayUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null
  const isWeb = url !== null && /^https?:$/.test(url.protocol)
  if (isWeb && url.username === '' && url.password === '') return
  throw new InaError(
    'usage_invalid',
    isWeb ? '--relay-url takes no user or password' : '--relay-url is no address of HTTP',
    'write such as http://192.168.1.40/relays',
  )
}
