import type { Command, CommandResult } from '../protocol/link/commands.ts'
import type { EventReport } from './event-report.ts'

/** The commands to a device that are under way; how each ended is an event. */
export class CommandLog {
  readonly #events: EventReport
  /** What was sent, by its number. */
  readonly #pending = new Map<number, string>()
  #nextId = 1

  constructor(events: EventReport) {
    this.#events = events
  }

  /** @returns under which number the link is to report it */
  open(command: Command): number {
    const id = this.#nextId++
    const what = `${command.cmd} ${JSON.stringify(command.value) ?? ''}`.trimEnd()
    this.#pending.set(id, what)
    return id
  }

  close(id: number, result: CommandResult): void {
    const what = this.#pending.get(id)
    if (what === undefined) return
    this.#pending.delete(id)
    const outcome = result.kind === 'refused' ? `refused: ${result.error}` : result.kind
    this.#events.report('command', `${what}: ${outcome}`)
  }
}
