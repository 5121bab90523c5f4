import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { SerialPort } from 'serialport'
import { describe, expect, it } from 'vitest'
import { type Finished, finished, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { hasPty } from '../support/serial.ts'

/** A host that writes down what it hears. */
class Host {
  readonly #port: SerialPort
  #text = ''

  private constructor(port: SerialPort) {
    this.#port = port
    port.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1')
    })
  }

  static open(path: string): Promise<Host> {
    return new Promise((resolve, reject) => {
      const port = new SerialPort({ path, baudRate: 115200 }, (error) =>
        error ? reject(error) : resolve(new Host(port)),
      )
    })
  }

  get messages(): Record<string, unknown>[] {
    return this.#text
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  get samples(): Record<string, unknown>[] {
    return this.messages.filter((message) => 'v' in message)
  }

  send(message: object): void {
    this.#port.write(`${JSON.stringify(message)}\n`)
  }

  async answer(seq: number): Promise<Record<string, unknown> | undefined> {
    const find = (): Record<string, unknown> | undefined =>
      this.messages.find((message) => message['ack'] === seq || message['nack'] === seq)
    await until(`the answer to ${seq}`, () => find() !== undefined)
    return find()
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#port.close(() => resolve()))
  }
}

async function serve(
  ...options: string[]
): Promise<{ path: string; end(): Promise<Finished>; ended: Promise<Finished> }> {
  const child = start(['mock', '--summary', '-', '--pty', ...options])
  const ended = finished(child)
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  await until('the path', () => text.endsWith('\n'))
  return {
    path: text.trim(),
    ended,
    end: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

describe.skipIf(!hasPty)('ina219 mock --pty', () => {
  it('greets its host, obeys commands and sends samples again', async () => {
    const mock = await serve('--rate', '20')
    const host = await Host.open(mock.path)
    await until('samples', () => host.samples.length >= 3)
    expect(host.messages[0]).toMatchObject({ hello: 'ina219', seq: 0, interval: 50 })

    host.send({ cmd: 'set_interval', value: 5, seq: 77 })
    expect(await host.answer(77)).toMatchObject({ ack: 77, result: 'ok' })
    host.send({ cmd: 'set_interval', value: -5, seq: 78 })
    expect(await host.answer(78)).toMatchObject({ nack: 78, error: 'range' })
    host.send({ nack: [0, 1] })
    await until(
      'the resends',
      () => host.samples.filter((sample) => sample['r'] === 1).length === 2,
    )
    const at = host.samples.length
    await until('quick samples', () => host.samples.length > at + 50)
    const [a, b] = host.samples.slice(-2)
    expect(Number(b?.['ts']) - Number(a?.['ts'])).toBeCloseTo(0.005, 6)
    await host.close()

    const { code, stderr } = await mock.end()
    expect(code).toBe(0)
    expect(JSON.parse(stderr)).toMatchObject({
      hellos: 1,
      commands: 1,
      refused: 1,
      nacks: 1,
      resends: 2,
    })
  })

  it('has a stable name, waits for its host and ends after the last sample', async () => {
    const link = join(temporaryFolder(), 'port')
    const child = await serve(link, '--rate', 'max', '--count', '200')
    expect(readlinkSync(link)).toBe(child.path)
    const host = await Host.open(link)
    await until('all samples', () => host.samples.length === 200)
    expect(host.samples.map((sample) => sample['seq'])).toEqual(
      Array.from({ length: 200 }, (_, n) => n),
    )
    const { code, stderr } = await child.ended
    expect(code).toBe(0)
    expect(JSON.parse(stderr)).toMatchObject({ samples: 200, lost: 0 })
    expect(() => readlinkSync(link)).toThrow()
    await host.close()
  })
})
