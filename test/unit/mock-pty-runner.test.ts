import { describe, expect, it } from 'vitest'
import type { Pty } from '../../mock/pty.ts'
import { servePty } from '../../mock/pty-runner.ts'
import { systemClock } from '../../src/util/clock.ts'

/** A port whose host comes and goes as the test says. */
class FakePty implements Pty {
  readonly path = '/dev/fake'
  readonly link = null
  readonly dropped = 5
  open = false
  text = ''
  closed = false
  #opened: () => void = () => {}
  #data: (chunk: Buffer) => void = () => {}

  onOpened(listener: () => void): void {
    this.#opened = listener
  }
  onData(listener: (chunk: Buffer) => void): void {
    this.#data = listener
  }
  onClosed(): void {}
  onDrain(): void {}

  write(data: string | Uint8Array): boolean {
    this.text += Buffer.from(data as Uint8Array).toString('latin1')
    return true
  }

  hostComes(): void {
    this.open = true
    this.#opened()
  }

  hostSays(text: string): void {
    this.#data(Buffer.from(text))
  }

  hangUp(): void {
    this.closed = true
  }

  async close(): Promise<void> {
    this.closed = true
  }

  get messages(): Record<string, unknown>[] {
    return this.text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }
}

const options = { scenario: 'normal', seed: 1, startS: 1.7e9, intervalMs: 3_600_000 }

describe('servePty', () => {
  it('is switched on by the first host, and says hello to each', async () => {
    const pty = new FakePty()
    const abort = new AbortController()
    let starts = 0
    const served = servePty(
      () => {
        starts++
        return options
      },
      1,
      pty,
      systemClock,
      abort.signal,
    )
    pty.hostSays('{"cmd":"hello","seq":1}\n')
    expect(starts).toBe(0)
    pty.hostComes()
    pty.hostSays('{"cmd":"set_interval",')
    pty.hostSays('"value":7200000,"seq":2}\n{"cmd":"save","seq":3}\n')
    pty.hostComes()
    const hellos = pty.messages.filter((message) => 'hello' in message)
    expect(hellos).toHaveLength(2)
    expect(hellos[0]?.['boot']).toBe(hellos[1]?.['boot'])
    expect(pty.messages.filter((message) => !('hello' in message))).toMatchObject([
      { nack: 2, error: 'range' },
      { ack: 3, result: 'ok' },
    ])
    abort.abort()
    expect(await served).toMatchObject({ hellos: 2, commands: 1, refused: 1, unread_bytes: 5 })
    expect([starts, pty.closed]).toEqual([1, true])
  })

  it('has a summary of nothing where nobody came', async () => {
    const abort = new AbortController()
    const served = servePty(() => options, 1, new FakePty(), systemClock, abort.signal)
    abort.abort()
    expect(await served).toMatchObject({ samples: 0, lines: 0, lost: 0 })
  })
})
