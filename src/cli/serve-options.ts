import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { ProcessIo } from '../app/io.ts'
import { type AddressRange, parseAddressRange } from '../serve/access/address-range.ts'
import { DEFAULT_LISTEN, type ListenAddress, parseListen } from '../serve/listen-address.ts'
import type { ServePlan, TlsFiles } from '../serve/serve-plan.ts'
import { InaError } from '../util/errors.ts'
import { dataFolder } from '../util/paths.ts'
import { addIngestOptions } from './ingest-options.ts'
import { BLANK_OR_COMMA, option } from './option.ts'

interface ServeOptions {
  readonly listen?: readonly ListenAddress[]
  readonly tokenFile?: string
  readonly allowOrigin?: readonly string[]
  readonly allowFrom?: readonly AddressRange[]
  readonly energyStore?: string
  readonly socketIo?: boolean
  readonly tlsCert?: string
  readonly tlsKey?: string
}

/**
 * Adds what `serve` has beside the options of a run.
 *
 * @returns what they say, once the command line is parsed; it throws InaError usage_invalid
 */
export function addServeOptions(
  command: Command,
  { env }: Pick<ProcessIo, 'env'>,
): () => ServePlan {
  command
    .addOption(
      option(
        '--listen <address>',
        'host:port, a port of 0 is a free one, or unix:<path>; again for each',
        {
          list: BLANK_OR_COMMA,
          parse: parseListen,
          defaultText: DEFAULT_LISTEN,
        },
      ),
    )
    .addOption(
      option(
        '--token-file <file>',
        'holds the token; made, for this user alone, where it is not there',
        {
          defaultText: 'token in the user data folder',
        },
      ),
    )
    .addOption(
      option(
        '--allow-origin <origin>',
        'let in pages of this origin, such as https://bench.example.org; again for each',
        {
          list: BLANK_OR_COMMA,
          parse: origin,
          defaultText: 'its own alone',
        },
      ),
    )
    .addOption(
      option(
        '--allow-from <address>',
        'peers that may post samples, and write on the paths of older clients, without the token, such as 192.168.1.0/24; again for each',
        {
          list: BLANK_OR_COMMA,
          parse: parseAddressRange,
          defaultText: 'none',
        },
      ),
    )
    .addOption(
      option('--tls-cert <file>', 'certificate with its chain, PEM', {
        defaultText: 'none: plain HTTP',
      }),
    )
    .addOption(option('--tls-key <file>', 'its private key, PEM', { defaultText: 'none' }))
  const checkIngest = addIngestOptions(command)
  return () => {
    checkIngest()
    const options = command.opts<ServeOptions>()
    return {
      listen: options.listen ?? [parseListen(DEFAULT_LISTEN)],
      tokenFile: resolve(options.tokenFile ?? tokenPath(env)),
      allowOrigins: options.allowOrigin ?? [],
      allowFrom: options.allowFrom ?? [],
      energyStore: options.energyStore ?? null,
      socketIo: options.socketIo === true,
      tls: tlsFiles(options),
    }
  }
}

/** Where the token is unless `--token-file` says otherwise. */
export function tokenPath(env: NodeJS.ProcessEnv): string {
  return join(dataFolder(env), 'token')
}

function tlsFiles({ tlsCert, tlsKey }: ServeOptions): TlsFiles | null {
  if (tlsCert === undefined && tlsKey === undefined) return null
  if (tlsCert !== undefined && tlsKey !== undefined) return { cert: tlsCert, key: tlsKey }
  throw new InaError(
    'usage_invalid',
    'TLS needs a certificate and its key',
    'give both --tls-cert and --tls-key',
  )
}

/** @throws InaError usage_invalid */
function origin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, '')) {
    return url.origin
  }
  throw new InaError(
    'usage_invalid',
    `'${text}' is no origin`,
    'write scheme, host and port, such as https://bench.example.org:8443',
  )
}
