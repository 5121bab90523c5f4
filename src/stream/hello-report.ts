import { type Correction, correctionText, isNeutral } from '../domain/calibration.ts'
import type { HelloFrame } from '../protocol/frames.ts'
import { type DeviceRuns, MAX_NAMES } from './device-runs.ts'
import type { EventReport } from './event-report.ts'
import type { SwitchedOutputs } from './switched-outputs.ts'

/** What a device says of itself, put on record: who it is, what it applies to its readings, its switched outputs. */
export class HelloReport {
  readonly #events: EventReport
  readonly #runs: DeviceRuns
  readonly #outputs: SwitchedOutputs
  #firmware: string | null = null
  #applied = ''
  /** On record since the device was connected. */
  #identity = ''

  constructor(events: EventReport, runs: DeviceRuns, outputs: SwitchedOutputs) {
    this.#events = events
    this.#runs = runs
    this.#outputs = outputs
  }

  /** null: it has not said */
  get firmware(): string | null {
    return this.#firmware
  }

  /** What the device itself applies to its current, in words; empty: nothing, as far as it has said. */
  get applied(): string {
    return this.#applied
  }

  /** Maybe to another device. */
  connected(): void {
    this.#identity = ''
  }

  /**
   * Who it is goes on record once, and again where that is another one: the host itself asks after each setting.
   *
   * @param isKnownRun it is the boot that was there before
   */
  hello(hello: HelloFrame, isKnownRun: boolean): void {
    this.#firmware = hello.firmware
    this.#names()
    const boot = hello.boot === null ? '' : `, boot ${hello.boot}`
    const firmware = hello.firmware === null ? '' : ` firmware ${hello.firmware}`
    const identity = `${hello.model}${firmware}${boot}`
    if (!isKnownRun || identity !== this.#identity) {
      this.#events.report('hello', isKnownRun ? identity : `${identity}, new run`)
    }
    this.#identity = identity
    if (hello.calibration !== null) this.#applies(hello.calibration, isKnownRun)
    if (hello.outputs !== null) this.#outputs.reported(hello.outputs)
  }

  /** The device waits to be asked, and nobody here does: as silent as if it were broken. */
  unasked(): void {
    const text =
      'the device is in poll mode, and sends samples only when it is asked: ask for them with --poll, or have it stream with --set mode=stream'
    this.#events.once('hello', 'unasked', text)
  }

  /** With each run and upon each change; that it is nothing, upon a change. */
  #applies(correction: Correction, isKnownRun: boolean): void {
    const before = this.#applied
    this.#applied = isNeutral(correction) ? '' : `a = ${correctionText('a', correction)}`
    if (this.#applied === before && (isKnownRun || before === '')) return
    const what = this.#applied === '' ? 'nothing any more' : this.#applied
    this.#events.report('calibration', `applied by the device itself: ${what}`)
  }

  #names(): void {
    if (this.#runs.hasTooManyNames) {
      const text = `the device has said ${MAX_NAMES} names: it keeps the last one`
      this.#events.once('hello', 'too many names', text)
    }
    const { label, takenName } = this.#runs
    if (takenName === null) return
    const text = `another device is called ${takenName}, too: this one is logged as ${label} (name them with --device)`
    this.#events.once('hello', 'name taken', text)
  }
}
