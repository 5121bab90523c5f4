import type { ExportPlan } from './reading/export-pages.ts'
import type { LogReading } from './reading/log-reading.ts'

/** Exports at once. */
const MOST_EXPORTS = 4
/** One that takes nothing for so long is broken off, ms: others may wait for its place. */
const STALLED_MS = 60_000

/** The exports under way. */
export class Exports {
  readonly #stalledMs: number
  #underWay = 0

  constructor(stalledMs = STALLED_MS) {
    this.#stalledMs = stalledMs
  }

  get isFull(): boolean {
    return this.#underWay >= MOST_EXPORTS
  }

  /**
   * An export as a stream. Nothing is read before it is asked for: a download that stands still
   * holds one page in memory, and no read transaction. What goes wrong on the way breaks the
   * connection off, so that nobody takes a part for the whole.
   *
   * @param header what stands before the first page
   */
  stream(
    reading: Pick<LogReading, 'exportPage'>,
    plan: ExportPlan,
    header: string,
    report: (error: unknown) => void,
  ): ReadableStream<Uint8Array> {
    this.#underWay++
    let isOver = false
    let rest: ExportPlan | null = plan
    let stalled: NodeJS.Timeout | undefined
    const end = (): void => {
      clearTimeout(stalled)
      if (!isOver) this.#underWay--
      isOver = true
    }
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          if (header !== '') controller.enqueue(new TextEncoder().encode(header))
        },
        pull: async (controller) => {
          clearTimeout(stalled)
          if (rest === null) {
            end()
            controller.close()
            return
          }
          try {
            const { bytes, nextUs }: { bytes: Uint8Array; nextUs: number | null } =
              await reading.exportPage(rest)
            if (isOver) return
            rest = nextUs === null ? null : { ...rest, range: { ...rest.range, fromUs: nextUs } }
            controller.enqueue(bytes)
          } catch (error) {
            end()
            report(error)
            controller.error(error)
            return
          }
          stalled = setTimeout(() => {
            end()
            controller.error(new Error('the download stands still'))
          }, this.#stalledMs)
          stalled.unref()
        },
        cancel: end,
      },
      { highWaterMark: 0 },
    )
  }
}
