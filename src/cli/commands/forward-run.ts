import type { ProcessIo } from '../../app/io.ts'
import { Stop } from '../../app/stop.ts'
import type { SinkStatus } from '../../domain/sink-status.ts'
import { SinkThread } from '../../sinks/sink-thread.ts'
import { bringUpToDate } from '../../storage/client/up-to-date.ts'
import { InaError } from '../../util/errors.ts'
import { countText } from '../../util/number-text.ts'
import { logFilePath } from '../../util/paths.ts'
import { logPath } from '../common-options.ts'
import { sinkPlans } from '../sink-plans.ts'
import type { ForwardOptions } from './forward.ts'

/** At most this long, the last batch may take when it is stopped, ms. */
const LAST_SENDING_MS = 2000

/** @throws InaError */
export async function runForward(options: ForwardOptions, io: ProcessIo): Promise<void> {
  const plans = sinkPlans(options, io.env)
  if (plans.length === 0) {
    throw new InaError(
      'usage_invalid',
      'forward needs to know where the log goes',
      'name it with --sink, such as --sink postgres://user@host/database',
    )
  }
  const file = logFilePath(logPath(options.db, io.env))
  bringUpToDate(file, io.clock.wallMs())
  const isOnce = options.once === true
  const sinks = await SinkThread.start({ file, owner: 'other', plans, isOnce })
  const teller = new Teller((text) => io.stderr.write(`ina219: ${text}\n`))
  sinks.onStatus((statuses) => teller.tell(statuses))
  const stop = new Stop(io.clock)
  stop.onSignals()
  stop.after(options.duration ?? null)
  try {
    await Promise.race([stop.reached, sinks.ended])
    await sinks.close(LAST_SENDING_MS)
    teller.end(sinks.statuses)
    const behind = sinks.statuses.find(({ queued }) => queued > 0)
    if (isOnce && behind !== undefined) {
      throw new InaError(
        'device_absent',
        `not all is sent to ${behind.name}: ${behind.lastError?.text ?? 'it was stopped before that'}`,
        'run it again when the other side is there: it goes on where it was',
      )
    }
  } finally {
    stop.dispose()
  }
}

/** Says what changes: one line where all is sent, and one for each trouble. */
class Teller {
  readonly #say: (text: string) => void
  readonly #states = new Map<string, SinkStatus['state']>()
  readonly #errorsMs = new Map<string, number>()

  constructor(say: (text: string) => void) {
    this.#say = say
  }

  tell(statuses: readonly SinkStatus[]): void {
    for (const status of statuses) {
      const { name, state, queued, isExact, lastError } = status
      if (lastError !== null && this.#errorsMs.get(name) !== lastError.atMs) {
        this.#errorsMs.set(name, lastError.atMs)
        this.#say(`${name}: ${lastError.text}`)
      }
      if (this.#states.get(name) === state) continue
      this.#states.set(name, state)
      if (state === 'sending') {
        this.#say(`${name}: ${isExact ? '' : 'about '}${countText(queued)} samples to send`)
      } else if (state === 'current') this.#say(`${name}: all is sent that is committed`)
    }
  }

  end(statuses: readonly SinkStatus[]): void {
    this.tell(statuses)
    for (const { name, samples, queued, refused, deadLetters } of statuses) {
      const left = queued === 0 ? '' : `, ${countText(queued)} are left for the next run`
      const aside = refused === 0 ? '' : `, ${refused} rows refused: see ${deadLetters}`
      this.#say(`${name}: ${countText(samples)} samples sent${left}${aside}`)
    }
  }
}
