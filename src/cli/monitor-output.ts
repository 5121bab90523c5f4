import type { Sample } from '../domain/sample.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { EventLine } from '../monitor/view.ts'
import { canOpenScreen } from '../tui/terminal/can-open.ts'
import { formatDuration } from '../util/duration.ts'
import { formatIso } from '../util/time-text.ts'
import { flushed } from './flushed.ts'
import type { CliIo } from './io.ts'
import { isReaderGone, outputFailed } from './reader-gone.ts'
import { ndjsonLine, plainLine } from './sample-text.ts'

export type OutputKind = 'tui' | 'plain' | 'ndjson' | 'none'

/** Where samples and events of a run are shown. */
export interface Output {
  sample(sample: Sample, device: string): void
  event(event: EventLine): void
  close(): Promise<void>
}

export interface OutputOptions {
  readonly monitor: Monitor
  readonly io: CliIo
  readonly ascii: boolean
  readonly mouse: boolean
  /** null with `--no-log` */
  readonly logPath: string | null
  readonly retainMs: number
}

/** What was asked for, else the screen where there is a terminal, else plain lines. */
export function chooseOutput(asked: OutputKind | undefined, io: CliIo): OutputKind {
  return asked ?? (canOpenScreen(io.stdin, io.stdout, io.env) ? 'tui' : 'plain')
}

export async function openOutput(kind: OutputKind, options: OutputOptions): Promise<Output> {
  if (kind === 'tui') return openTui(options)
  return new LineOutput(kind, options)
}

async function openTui({ monitor, io, ascii, mouse }: OutputOptions): Promise<Output> {
  const { openScreen } = await import('../tui/screen.ts')
  const screen = await openScreen({
    view: monitor.view,
    onQuit: () => monitor.quit(),
    input: io.stdin.isTTY ? io.stdin : null,
    output: io.stdout,
    env: io.env,
    ascii,
    mouse,
    clock: io.clock,
  })
  return {
    sample: () => {},
    event: () => {},
    close: async () => {
      screen.close()
      await screen.ended
    },
  }
}

/** Events that would drown a log of stderr; they are in the ledger and in the database. */
const QUIET_KINDS: ReadonlySet<string> = new Set(['lost', 'note', 'recovery'])
/** When the size of the log is told: once the rate has settled. */
const SIZE_AFTER_MS = 5000

/** Samples as lines on stdout, written once per turn of the event loop; events on stderr. */
class LineOutput implements Output {
  readonly #kind: OutputKind
  readonly #options: OutputOptions
  #pending: string[] = []
  #sizeTold = false
  #failure: Error | null = null
  readonly #sizeTimer: NodeJS.Timeout

  constructor(kind: OutputKind, options: OutputOptions) {
    this.#kind = kind
    this.#options = options
    this.#sizeTimer = setTimeout(() => this.#tellSize(), SIZE_AFTER_MS)
  }

  sample(sample: Sample, device: string): void {
    if (this.#kind === 'none') return
    if (this.#pending.length === 0) setImmediate(() => this.#flush())
    this.#pending.push(this.#kind === 'plain' ? plainLine(sample) : ndjsonLine(sample, device))
  }

  event(event: EventLine): void {
    if (this.#kind !== 'plain' && QUIET_KINDS.has(event.kind)) return
    this.#options.io.stderr.write(`# ${formatIso(event.timeUs)} ${event.kind}: ${event.text}\n`)
  }

  async close(): Promise<void> {
    clearTimeout(this.#sizeTimer)
    this.#flush()
    this.#tellSize()
    await flushed([this.#options.io.stdout])
    if (this.#failure !== null) throw this.#failure
  }

  #flush(): void {
    if (this.#pending.length === 0) return
    const text = this.#pending.join('')
    this.#pending = []
    this.#options.io.stdout.write(text, (error) => {
      if (error && !isReaderGone(error)) this.#failure = outputFailed(error)
    })
  }

  #tellSize(): void {
    if (this.#sizeTold || this.#options.logPath === null) return
    const { log } = this.#options.monitor.snapshot()
    if (log === null || log.bytesAtRetention === null) return
    this.#sizeTold = true
    const megabytes = (log.bytesAtRetention / 1e6).toPrecision(3)
    this.#options.io.stderr.write(
      `# log ${log.file}: ${formatDuration(this.#options.retainMs)} at this rate take about ${Number(megabytes)} MB\n`,
    )
  }
}
