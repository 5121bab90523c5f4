import { type Outputs, outputsText, unconfirmedText } from '../domain/outputs.ts'
import type { Command, CommandResult } from '../protocol/link/commands.ts'
import { OUTPUTS, read } from '../protocol/members.ts'
import { isUnconfirmed } from './command-text.ts'
import type { EventReport } from './event-report.ts'

interface Asked {
  readonly isOn: boolean
  /** The command that asks for it; null: it is over, and did not bring it about. */
  command: number | null
}

/**
 * The switched outputs of a device: as it has last said that they are, and what was asked of them, whoever asked, that it
 * has not reported yet. Only a report of the device changes a state.
 */
export class SwitchedOutputs {
  readonly #events: EventReport
  readonly #changed: () => void
  #states: Outputs | null = null
  readonly #asked = new Map<string, Asked>()

  /** @param changed called whenever `states` or `unconfirmed` may be others */
  constructor(events: EventReport, changed: () => void) {
    this.#events = events
    this.#changed = changed
  }

  /** As the device has last said; null: it has said nothing of any. */
  get states(): Outputs | null {
    return this.#states
  }

  /**
   * What commands under way ask of those that are not reported so; and what was asked by ones that were not confirmed,
   * until a report says so: also where it had been reported so before, since nobody knows whether it still is.
   */
  get unconfirmed(): Outputs {
    const open = [...this.#asked].filter(([name, { isOn, command }]) => {
      return command === null || this.#states?.[name] !== isOn
    })
    return Object.fromEntries(open.map(([name, { isOn }]) => [name, isOn]))
  }

  /** The device reports all of them (PROTOCOL.md 5.6): those that are new or have changed are an event. */
  reported(outputs: Outputs): void {
    const before = this.#states
    this.#states = outputs
    for (const [name, { isOn }] of this.#asked) {
      if (outputs[name] === isOn) this.#asked.delete(name)
    }
    const changed = Object.entries(outputs).filter(([name, isOn]) => before?.[name] !== isOn)
    if (changed.length > 0) {
      this.#events.report('output', `output ${outputsText(Object.fromEntries(changed))}`)
    }
    this.#changed()
  }

  /** A command is under way. @param id its number */
  asked(id: number, command: Command): void {
    const wanted = wantedOf(command)
    if (wanted === null) return
    for (const [name, isOn] of Object.entries(wanted)) this.#asked.set(name, { isOn, command: id })
    this.#changed()
  }

  /** Whether the outputs are reported as the command wants them. */
  areAs(command: Command): boolean {
    const wanted = Object.entries(wantedOf(command) ?? {})
    return wanted.every(([name, isOn]) => this.#states?.[name] === isOn)
  }

  /** A command is over: what it asked for is still unconfirmed, unless it was not carried out for sure. */
  ended(id: number, result: CommandResult): void {
    const own = [...this.#asked].filter(([, { command }]) => command === id)
    if (own.length === 0) return
    const open: Record<string, boolean> = {}
    for (const [name, asked] of own) {
      if (wasNotCarriedOut(result) || result.kind === 'ok') {
        this.#asked.delete(name)
      } else {
        asked.command = null
        open[name] = asked.isOn
      }
    }
    if (Object.keys(open).length > 0) this.#events.report('output', unconfirmedText(open))
    this.#changed()
  }

  /** The device began anew: nothing of before will come about, but for what is under way, which is sent again. */
  restarted(): void {
    for (const [name, { command }] of this.#asked) if (command === null) this.#asked.delete(name)
    this.#changed()
  }
}

function wasNotCarriedOut(result: CommandResult): boolean {
  return result.kind === 'dropped' || (result.kind === 'refused' && !isUnconfirmed(result))
}

/** @returns null: it switches no outputs */
function wantedOf({ cmd, value }: Command): Outputs | null {
  return cmd === 'set_output' ? read(OUTPUTS, { outputs: value }, 'outputs') : null
}
