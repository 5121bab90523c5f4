import type { Command } from 'commander'
import { redacted } from '../sinks/sink-url-text.ts'
import { parseSize } from '../util/size.ts'
import { option } from './option.ts'

/** What `--sink` and `--sink-keep` say. */
export interface SinkOptions {
  readonly sink?: readonly string[]
  /** bytes */
  readonly sinkKeep: number
}

const DEFAULT_KEEP = { bytes: 1e9, text: '1GB' } as const

/** Where else the log goes. */
export function addSinkOptions(command: Command): Command {
  return command
    .addOption(
      option(
        '--sink <url>',
        'send all that is logged there as well, such as postgres://user@host/database, influx+http://host:8086/?db=lab or mqtt://host/?discovery=homeassistant (docs/sinks.md); again for each',
        { list: /\s+/, redact: redacted },
      ),
    )
    .addOption(
      option(
        '--sink-keep <size>',
        'samples past the retention that are kept for a sink that is away, 0 or more, such as 500MB or 2GB',
        { default: DEFAULT_KEEP.bytes, defaultText: DEFAULT_KEEP.text, parse: parseSize },
      ),
    )
}
