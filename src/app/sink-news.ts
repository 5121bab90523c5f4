import { basename } from 'node:path'
import type { SinkStatus } from '../domain/sink-status.ts'
import { formatClockDuration } from '../util/duration.ts'

/** What was said of a sink last. */
interface Said {
  /** Since when it is not reached, Unix ms; null: it is. */
  readonly awayMs: number | null
  /** What it had acknowledged by then. */
  readonly taken: number
  readonly refused: number
}

/** What is to go on record of sinks: that one is not reached, that it is again, and that it refuses rows. */
export class SinkNews {
  readonly #said = new Map<string, Said>()

  /** @returns what is new since the last call, in words */
  take(statuses: readonly SinkStatus[]): string[] {
    return statuses.flatMap((status) => this.#of(status))
  }

  #of(status: SinkStatus): string[] {
    const { name, state, atMs, samples, records, refused, lastError, deadLetters } = status
    const said = this.#said.get(name) ?? { awayMs: null, taken: 0, refused: 0 }
    const taken = samples + records
    const texts: string[] = []
    let { awayMs } = said
    if (awayMs === null && state === 'waiting') {
      awayMs = atMs
      texts.push(`${name}: ${lastError?.text ?? 'failed'}; what is logged waits for it`)
    } else if (awayMs !== null && state !== 'waiting' && taken > said.taken) {
      // Something got there: a connection alone may be refused a moment later.
      texts.push(`${name} is reached again after ${formatClockDuration(atMs - awayMs)}`)
      awayMs = null
    }
    if (refused > said.refused) {
      const file = deadLetters === null ? '' : `, set aside in ${basename(deadLetters)}`
      texts.push(`${name} refuses ${refused - said.refused} rows${file}`)
    }
    const isSteady = awayMs !== null && said.awayMs !== null
    this.#said.set(name, { awayMs, taken: isSteady ? said.taken : taken, refused })
    return texts
  }
}
