import type { Command, CommandResult } from '../protocol/link/commands.ts'
import { commandText, resultText } from './command-text.ts'
import type { EventReport } from './event-report.ts'

interface Pending {
  readonly command: Command
  /** Called in place of an event; null: how it ends is an event. */
  readonly done: ((result: CommandResult) => void) | null
}

/** The commands to a device that are under way; how each ended is an event. */
export class CommandLog {
  readonly #events: EventReport
  readonly #firmware: () => string | null
  readonly #pending = new Map<number, Pending>()
  #nextId = 1

  /** @param firmware as the device has said in `hello` */
  constructor(events: EventReport, firmware: () => string | null) {
    this.#events = events
    this.#firmware = firmware
  }

  /**
   * @param done called when it has ended, in place of an event
   * @returns under which number the link is to report it
   */
  open(command: Command, done: ((result: CommandResult) => void) | null = null): number {
    const id = this.#nextId++
    this.#pending.set(id, { command, done })
    return id
  }

  /** @returns the command; null: there was none of that number */
  close(id: number, result: CommandResult): Command | null {
    const pending = this.#pending.get(id)
    if (pending === undefined) return null
    this.#pending.delete(id)
    const { command, done } = pending
    if (done !== null) done(result)
    else {
      const outcome = resultText(result, command, this.#firmware())
      this.#events.report('command', `${commandText(command)}: ${outcome}`)
    }
    return command
  }
}
