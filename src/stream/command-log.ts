import type { Command, CommandResult } from '../protocol/link/commands.ts'
import type { EventReport } from './event-report.ts'

interface Pending {
  readonly what: string
  readonly done: (result: CommandResult) => void
}

/** The commands to a device that are under way; how each ended is an event. */
export class CommandLog {
  readonly #events: EventReport
  readonly #pending = new Map<number, Pending>()
  #nextId = 1

  constructor(events: EventReport) {
    this.#events = events
  }

  /** @returns under which number the link is to report it */
  open(command: Command, done: (result: CommandResult) => void): number {
    const id = this.#nextId++
    const what = `${command.cmd} ${JSON.stringify(command.value) ?? ''}`.trimEnd()
    this.#pending.set(id, { what, done })
    return id
  }

  close(id: number, result: CommandResult): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    this.#pending.delete(id)
    const outcome = result.kind === 'refused' ? `refused: ${result.error}` : result.kind
    this.#events.report('command', `${pending.what}: ${outcome}`)
    pending.done(result)
  }
}
