import type { Command } from 'commander'
import { USUAL_KEEP_BYTES } from '../sinks/sink-plan.ts'
import { redacted } from '../sinks/sink-url-text.ts'
import { parseSize } from '../util/size.ts'
import { option } from './option.ts'

/** What `--sink` and `--sink-keep` say. */
export interface SinkOptions {
  readonly sink?: readonly string[]
  /** bytes; absent: as was said for the sink before */
  readonly sinkKeep?: number
}

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
        {
          defaultText: `the former one of that sink, else ${USUAL_KEEP_BYTES / 1e9}GB`,
          parse: parseSize,
        },
      ),
    )
}
