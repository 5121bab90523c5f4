import { type Correction, correctionText, isNeutral } from '../domain/calibration.ts'
import type { HelloFrame, Outputs } from '../protocol/frames.ts'
import { type DeviceRuns, MAX_NAMES } from './device-runs.ts'
import type { EventReport } from './event-report.ts'

/** What a device says of itself, put on record: who it is, what it applies to its readings, its switched outputs. */
export class HelloReport {
  readonly #events: EventReport
  readonly #runs: DeviceRuns
  #firmware: string | null = null
  #outputs: Outputs | null = null
  #applied = ''

  constructor(events: EventReport, runs: DeviceRuns) {
    this.#events = events
    this.#runs = runs
  }

  /** null: it has not said */
  get firmware(): string | null {
    return this.#firmware
  }

  /** What the device itself applies to its current, in words; empty: nothing, as far as it has said. */
  get applied(): string {
    return this.#applied
  }

  /** As the device has last said; null: it has said nothing of any. */
  get switched(): Outputs | null {
    return this.#outputs
  }

  /** @param isKnownRun it is the boot that was there before */
  hello(hello: HelloFrame, isKnownRun: boolean): void {
    this.#firmware = hello.firmware
    this.#names()
    const boot = hello.boot === null ? '' : `, boot ${hello.boot}`
    const firmware = hello.firmware === null ? '' : ` firmware ${hello.firmware}`
    const news = isKnownRun ? '' : ', new run'
    this.#events.report('hello', `${hello.model}${firmware}${boot}${news}`)
    if (hello.calibration !== null) this.#applies(hello.calibration, isKnownRun)
    if (hello.outputs !== null) this.outputs(hello.outputs)
  }

  /** The device waits to be asked, and nobody here does: as silent as if it were broken. */
  unasked(): void {
    const text =
      'the device is in poll mode, and sends samples only when it is asked: ask for them with --poll, or have it stream with --set mode=stream'
    this.#events.once('hello', 'unasked', text)
  }

  /** The switched outputs as they are (PROTOCOL.md 5.6): those that are new or have changed are an event. */
  outputs(outputs: Outputs): void {
    const before = this.#outputs
    this.#outputs = outputs
    const changed = Object.entries(outputs).filter(([name, isOn]) => before?.[name] !== isOn)
    if (changed.length === 0) return
    const states = changed.map(([name, isOn]) => `${name} ${isOn ? 'on' : 'off'}`)
    this.#events.report('output', `output ${states.join(', ')}`)
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
