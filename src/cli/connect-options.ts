import type { Command } from 'commander'
import type { ProcessIo } from '../app/io.ts'
import type { ConnectPlan } from '../remote/connect-plan.ts'
import { parseServerAddress, type ServerAddress } from '../remote/server-address.ts'
import { InaError } from '../util/errors.ts'
import { realPath } from '../util/paths.ts'
import { option } from './option.ts'
import { exclude, hasFlag, isAboveFile } from './precedence.ts'
import { tokenPath } from './serve-options.ts'

interface ConnectOptions {
  readonly connect?: ServerAddress
  readonly tokenFile?: string
  readonly tlsCa?: string
}

/** What stands beside `--connect` on any command. */
const BESIDE: readonly string[] = ['connect', 'tokenFile', 'tlsCa', 'config', 'verbose']

/**
 * Adds what names a running `serve`.
 *
 * @param what it is for, for the help
 * @param beside attribute names of the options that make sense with it
 * @returns what they say, once the command line is parsed; null: no server is named. It throws InaError usage_invalid
 */
export function addConnectOptions(
  command: Command,
  io: ProcessIo,
  what: string,
  beside: readonly string[],
): () => ConnectPlan | null {
  command
    .addOption(
      option(
        '--connect <address>',
        `${what} of a running 'ina219 serve': http://host:8219, https://host or unix:<path>`,
        { defaultText: 'devices of its own', parse: parseServerAddress },
      ),
    )
    .addOption(
      option('--token-file <file>', 'with --connect: a copy of the token file of that serve', {
        defaultText: 'on the same machine, token in the user data folder',
      }),
    )
    .addOption(
      option(
        '--tls-ca <file>',
        'with --connect: the authority to trust, or its own certificate, PEM',
        {
          defaultText: 'those that Node.js trusts, and NODE_EXTRA_CA_CERTS',
        },
      ),
    )
  return () => {
    exclude(
      command,
      [['connect'], ['port', 'mock', 'stdin']],
      'with --connect another process reads the devices, and --port, --mock and --stdin read them here',
      'leave one of the two out',
    )
    const { connect, tokenFile, tlsCa } = command.opts<ConnectOptions>()
    if (connect === undefined) {
      refuseFlags(command, (key) => key === 'tokenFile' || key === 'tlsCa', WITHOUT)
      return null
    }
    const fitting = [...BESIDE, ...beside]
    refuseFlags(command, (key) => !fitting.includes(key), WITH)
    return {
      address: connect,
      caFile: tlsCa === undefined ? null : realPath(tlsCa),
      token: {
        file: realPath(tokenFile ?? tokenPath(io.env)),
        // What the file says may be meant for a serve of this machine.
        isNamed: isAboveFile(command, 'tokenFile'),
      },
    }
  }
}

const WITH = {
  message: 'is for the process that reads the devices, and --connect is about one that runs',
  hint: "give it to 'ina219 serve', or leave --connect out",
}
const WITHOUT = {
  message: 'is about the server of --connect, and none is named',
  hint: 'name it with --connect http://host:8219, or leave it out',
}

/** In environment and file they may stand for other runs. @throws InaError usage_invalid */
function refuseFlags(
  command: Command,
  isMeant: (key: string) => boolean,
  { message, hint }: typeof WITH,
): void {
  const key = command.options
    .map((each) => each.attributeName())
    .find((each) => isMeant(each) && hasFlag(command, each))
  if (key === undefined) return
  const named = command.options.find(
    (each) => each.attributeName() === key && (!each.negate || command.opts()[key] === false),
  )
  throw new InaError('usage_invalid', `${named?.long ?? key} ${message}`, hint)
}
