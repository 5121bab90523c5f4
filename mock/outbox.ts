import { LineSplitter } from '../src/sources/lines/line-splitter.ts'
import type { DeviceCore } from './device-core.ts'
import type { DeviceLine } from './device-lines.ts'
import type { FaultInjector } from './fault-injector.ts'
import { type FaultKind, noFaults } from './faults.ts'

/**
 * A device with its way out: lines go through the faults, and what was lost on
 * the way is known. Everything that leaves is Latin-1 text, one character a byte.
 */
export class Outbox {
  readonly #core: DeviceCore
  readonly #faults: FaultInjector | null
  readonly #send: (text: string) => void
  readonly #fromHost: LineSplitter
  /** Samples of which no line has left intact. */
  readonly #lost = new Set<number>()
  #nowUs = 0
  #lines = 0
  #bytes = 0

  constructor(core: DeviceCore, faults: FaultInjector | null, send: (text: string) => void) {
    this.#core = core
    this.#faults = faults
    this.#send = send
    this.#fromHost = new LineSplitter({
      line: (bytes) => this.#emitAll(this.#core.obey(bytes, this.#nowUs)),
      overlong: () => this.#emitAll(this.#core.overlong()),
    })
  }

  /** Lines sent, those that faults made included. */
  get lines(): number {
    return this.#lines
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Samples made of which no line left whole. */
  get lost(): number {
    return this.#lost.size
  }

  get faults(): Readonly<Record<FaultKind, number>> {
    return this.#faults?.counts ?? noFaults()
  }

  /** Makes and sends the sample that is due next. */
  sample(): void {
    const faults = this.#faults
    if (faults?.resets()) {
      // Lines of a restart are not hit by other faults, so each restart is seen as one.
      this.#put(`${faults.bootNoise()}\n`, 1)
      for (const line of this.#core.reset()) this.#put(`${line.text}\n`, 1)
    }
    const isShielded = this.#core.made === 0 || this.#core.nextIsLast
    for (const line of this.#core.next()) this.#emit(line, isShielded)
  }

  hello(): void {
    this.#emitAll(this.#core.hello())
  }

  /** Bytes from the host, however cut. @param nowUs device time */
  receive(chunk: Uint8Array, nowUs: number): void {
    this.#nowUs = nowUs
    this.#fromHost.push(chunk)
  }

  /** The host is gone: the rest of an unfinished line will not come. */
  forget(): void {
    this.#fromHost.discard()
  }

  #emitAll(lines: readonly DeviceLine[]): void {
    for (const line of lines) this.#emit(line, false)
  }

  #emit(line: DeviceLine, isShielded: boolean): void {
    if (this.#faults === null) {
      this.#put(`${line.text}\n`, 1)
      return
    }
    const passed = this.#faults.pass(line.text, isShielded)
    if (passed.lines > 0) this.#put(passed.text, passed.lines)
    if (line.seq === null) return
    if (passed.intact) this.#lost.delete(line.seq)
    else if (!line.resend) this.#lost.add(line.seq)
  }

  #put(text: string, lines: number): void {
    this.#lines += lines
    this.#bytes += text.length
    this.#send(text)
  }
}
