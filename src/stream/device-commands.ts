import type { HelloFrame, SampleFrame } from '../protocol/frames.ts'
import type { Command, CommandResult } from '../protocol/link/commands.ts'
import type { Answer } from './carry-out.ts'
import { commandText, resultText } from './command-text.ts'
import type { EventReport } from './event-report.ts'
import type { SwitchedOutputs } from './switched-outputs.ts'
import type { TriggerReport } from './trigger-report.ts'

export interface DeviceCommandsOptions {
  readonly events: EventReport
  readonly outputs: SwitchedOutputs
  readonly trigger: TriggerReport
  /** As the device has said in `hello`; null: it has not */
  readonly firmware: () => string | null
  /** Hands a command to the link, which reports under that number how it ended. */
  readonly send: (id: number, command: Command, maxTries?: number) => void
}

interface SendOptions {
  /** Called when it has ended, in place of an event. */
  readonly done?: (result: CommandResult) => void
  /** Absent: as often as PROTOCOL.md 6 says */
  readonly maxTries?: number
}

interface Heard {
  sample: SampleFrame | null
  hello: HelloFrame | null
}

interface Pending {
  readonly command: Command
  /** null: how it ends is an event */
  readonly done: ((result: CommandResult) => void) | null
}

/**
 * Commands after which the device is asked what it is now: its range, its calibration. And
 * at a new rate it has to hear from its host, or goes back to the one before (PROTOCOL.md 6).
 */
const SAID_IN_HELLO: ReadonlySet<string> = new Set([
  'set_range',
  'set_shunt',
  'set_zero',
  'set_gain',
  'set_baud',
  'defaults',
])

/** Asking a device how its outputs are that has acknowledged a change: so often, then it is not confirmed. */
const LOOK_TRIES = 2

/** The commands to a device that are under way; how each ended is an event, or its sender's to know. */
export class DeviceCommands {
  readonly #options: DeviceCommandsOptions
  readonly #pending = new Map<number, Pending>()
  /** What has come while those were under way whose answer is waited for. */
  readonly #heard = new Map<number, Heard>()
  #nextId = 1

  constructor(options: DeviceCommandsOptions) {
    this.#options = options
  }

  send(command: Command, { done, maxTries }: SendOptions = {}): void {
    this.#send(this.#nextId++, { command, done: done ?? null }, maxTries)
  }

  /** The same for one who waits for the answer. */
  ask(command: Command): Promise<Answer> {
    const id = this.#nextId++
    const heard: Heard = { sample: null, hello: null }
    this.#heard.set(id, heard)
    return new Promise((resolve) => {
      const done = (result: CommandResult): void => {
        this.#heard.delete(id)
        resolve({ result, ...heard })
      }
      this.#send(id, { command, done })
    })
  }

  /** What the device says meanwhile is part of the answer. */
  heard(frame: SampleFrame | HelloFrame): void {
    if (this.#heard.size === 0) return
    for (const heard of this.#heard.values()) {
      if (frame.kind === 'hello') heard.hello = frame
      else heard.sample = frame
    }
  }

  /** The link says how a command ended. */
  ended(id: number, result: CommandResult): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    this.#pending.delete(id)
    const { command } = pending
    this.#options.trigger.ended(command, result.kind === 'ok')
    if (result.kind === 'ok' && !this.#options.outputs.areAs(command)) {
      // The report may have been lost on its way: `hello` has the states, too.
      const again = (): void => this.#close(id, pending, this.#confirmed(command))
      this.send({ cmd: 'hello' }, { maxTries: LOOK_TRIES, done: again })
      return
    }
    this.#close(id, pending, result)
    if (result.kind === 'ok' && SAID_IN_HELLO.has(command.cmd)) {
      this.send({ cmd: 'hello' }, { done: () => {} })
    }
  }

  #confirmed(command: Command): CommandResult {
    if (this.#options.outputs.areAs(command)) return { kind: 'ok' }
    return { kind: 'refused', error: 'unconfirmed' }
  }

  #close(id: number, { command, done }: Pending, result: CommandResult): void {
    this.#options.outputs.ended(id, result)
    if (done === null) this.#report(command, result)
    else done(result)
  }

  #send(id: number, pending: Pending, maxTries?: number): void {
    this.#pending.set(id, pending)
    this.#options.outputs.asked(id, pending.command)
    this.#options.trigger.asked(pending.command)
    this.#options.send(id, pending.command, maxTries)
  }

  #report(command: Command, result: CommandResult): void {
    const { events, firmware } = this.#options
    const outcome = resultText(result, command, firmware())
    events.report('command', `${commandText(command)}: ${outcome}`)
  }
}
