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
  /** Rows refused at the last look, said or not, and whether they were more than at the one before. */
  readonly seen: number
  readonly wasRising: boolean
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
    const said = this.#said.get(name) ?? {
      awayMs: null,
      taken: 0,
      refused: 0,
      seen: 0,
      wasRising: false,
    }
    const taken = samples + records
    const texts: string[] = []
    let { awayMs } = said
    if (awayMs === null && state === 'waiting') {
      // Where no answer comes, this is said long after the call that has none was made.
      awayMs = Math.min(atMs, lastError?.atMs ?? atMs)
      texts.push(`${name}: ${lastError?.text ?? 'failed'}; what is logged waits for it`)
    } else if (awayMs !== null && state !== 'waiting' && taken > said.taken) {
      // Something got there: a connection alone may be refused a moment later.
      texts.push(`${name} is reached again after ${formatClockDuration(atMs - awayMs)}`)
      awayMs = null
    }
    // What goes on is said at its begin and at its end: a catch-up may be refused second by second.
    const isRising = refused > said.seen
    const isNews = refused > said.refused && !(isRising && said.wasRising)
    if (isNews) {
      const file = deadLetters === null ? '' : `, set aside in ${basename(deadLetters)}`
      texts.push(`${name} refuses ${refused - said.refused} rows${file}`)
    }
    const isSteady = awayMs !== null && said.awayMs !== null
    this.#said.set(name, {
      awayMs,
      taken: isSteady ? said.taken : taken,
      refused: isNews ? refused : said.refused,
      seen: refused,
      wasRising: isRising,
    })
    return texts
  }
}
