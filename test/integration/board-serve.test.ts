import { closeSync, constants, openSync, readSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { BoardHost } from '../../mock/board/board-host.ts'
import { serveBoard } from '../../mock/board/serve.ts'
import { openPty } from '../../mock/pty.ts'
import { ScenarioFeed } from '../../mock/sample-feed.ts'
import type { Frame } from '../../src/protocol/frames.ts'
import { decodeBytes } from '../../src/sources/lines/line-decoder.ts'
import { systemClock } from '../../src/util/clock.ts'
import { until } from '../support/polling.ts'
import { hasPty } from '../support/serial.ts'
import { ManualClock } from '../support/simulated-wire.ts'

/** A host in memory; `listeners` are what a port would call. */
function memoryHost(change: Partial<BoardHost> = {}) {
  const frames: Frame[] = []
  const listeners = {
    data: (_chunk: Buffer): void => {},
    opened: (): void => {},
    drain: (): void => {},
  }
  const decoder = decodeBytes({ frame: (frame) => frames.push(frame) })
  const host: BoardHost = {
    open: true,
    write: (bytes) => {
      decoder.push(bytes)
      return true
    },
    onData: (listener) => {
      listeners.data = listener
    },
    onOpened: (listener) => {
      listeners.opened = listener
    },
    onDrain: (listener) => {
      listeners.drain = listener
    },
    ...change,
  }
  return { host, frames, listeners }
}

const OPTIONS = {
  feed: new ScenarioFeed('normal', 1),
  intervalMs: null,
  count: null,
  durationMs: null,
}

describe('the board in real time', () => {
  it('runs for its duration by the clock it is given, then says what it did', async () => {
    const { host, frames } = memoryHost()
    const clock = new ManualClock(0)
    const running = serveBoard(
      { ...OPTIONS, intervalMs: 50, durationMs: 2000 },
      { host, clock, signal: new AbortController().signal },
    )
    const mover = setInterval(() => clock.advance(50), 1)
    const summary = await running
    clearInterval(mover)
    expect(frames.slice(0, 2).map(({ kind }) => kind)).toEqual(['blank', 'hello'])
    expect(summary.commands).toBe(1)
    expect(summary.samples).toBe(frames.filter(({ kind }) => kind === 'sample').length)
    expect(summary.samples).toBeGreaterThan(20)
    expect(summary.lines).toBe(frames.length)
  })

  it('stops after the last sample wanted, at the end of its line', async () => {
    const chunks: Uint8Array[] = []
    const { host } = memoryHost({
      write: (bytes) => {
        chunks.push(Uint8Array.from(bytes))
        return true
      },
    })
    const clock = new ManualClock(0)
    const mover = setInterval(() => clock.advance(50), 1)
    const summary = await serveBoard(
      { ...OPTIONS, intervalMs: 20, count: 7 },
      { host, clock, signal: new AbortController().signal },
    )
    clearInterval(mover)
    const text = Buffer.concat(chunks).toString()
    expect(summary.samples).toBe(7)
    expect(text.endsWith('}\n') || text.endsWith('}\r\n')).toBe(true)
    expect(text.match(/"v":/g)).toHaveLength(7)
    expect(text.length).toBe(summary.bytes)
  })

  it('resets when a host comes, and stands still while there is none', async () => {
    let isOpen = false
    const memory = memoryHost()
    const host: BoardHost = {
      ...memory.host,
      get open() {
        return isOpen
      },
    }
    const clock = new ManualClock(0)
    const abort = new AbortController()
    const running = serveBoard(OPTIONS, { host, clock, signal: abort.signal })
    const mover = setInterval(() => clock.advance(50), 1)
    const hellos = () => memory.frames.filter(({ kind }) => kind === 'hello').length
    await until('a second of the clock', () => clock.monoMs() >= 1000)
    expect(memory.frames).toHaveLength(0)
    for (const wanted of [1, 2]) {
      isOpen = true
      memory.listeners.opened()
      await until(`hello ${wanted}`, () => hellos() === wanted)
    }
    memory.listeners.data(Buffer.from('{"cmd":"hello","seq":3}\n'))
    await until('the answer', () => memory.frames.some(({ kind }) => kind === 'ack'))
    abort.abort()
    expect((await running).resets).toBe(2)
    clearInterval(mover)
  })

  it('waits for a reader that is slow', async () => {
    let taken = 0
    const memory = memoryHost({
      write: () => {
        taken += 1
        return false
      },
    })
    const clock = new ManualClock(0)
    const abort = new AbortController()
    const running = serveBoard(OPTIONS, { host: memory.host, clock, signal: abort.signal })
    const mover = setInterval(() => clock.advance(50), 1)
    await until('the first bytes', () => taken > 0)
    const before = taken
    const sinceMs = clock.monoMs()
    await until('two seconds of the clock', () => clock.monoMs() >= sinceMs + 2000)
    expect(taken).toBeLessThan(before + 50)
    memory.listeners.drain()
    await until('more bytes', () => taken > before)
    abort.abort()
    await running
    clearInterval(mover)
  })

  it.skipIf(!hasPty)('serves a pseudo-serial port', async () => {
    const pty = await openPty()
    const abort = new AbortController()
    const running = serveBoard(OPTIONS, { host: pty, clock: systemClock, signal: abort.signal })
    const { SerialPort } = await import('serialport')
    const port = new SerialPort({ path: pty.path, baudRate: 115_200 })
    let heard = ''
    port.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1')
    })
    await until('hello', () => heard.includes('"hello"'))
    port.write('{"cmd":"set_interval","value":20,"seq":1}\n')
    await until('the answer', () => heard.includes('"ack":1,'))
    await until('samples', () => (heard.match(/"v":/g)?.length ?? 0) > 5)
    await new Promise((resolve) => port.close(resolve))
    abort.abort()
    expect((await running).resets).toBeGreaterThan(0)
    await pty.close()
  })

  it.skipIf(!hasPty || process.platform !== 'linux')(
    'starts again for the next host where one closed with its output full',
    async () => {
      const pty = await openPty()
      const abort = new AbortController()
      let isHeld = false
      const host: BoardHost = {
        get open() {
          return pty.open
        },
        write: (bytes) => {
          isHeld = !pty.write(bytes)
          return !isHeld
        },
        onDrain: (listener) => pty.onDrain(listener),
        onData: (listener) => pty.onData(listener),
        onOpened: (listener) => pty.onOpened(listener),
      }
      const running = serveBoard(OPTIONS, { host, clock: systemClock, signal: abort.signal })
      const unread = openSync(pty.path, constants.O_RDWR | constants.O_NOCTTY)
      await until('the host to be noticed', () => pty.open)
      await until('the board to write to a full port', () => {
        // The kernel takes more of it a little later.
        while (pty.write(Buffer.alloc(1000, 'x')));
        return isHeld
      })
      closeSync(unread)
      await until('its going to be noticed', () => !pty.open)
      const next = openSync(pty.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK)
      let heard = ''
      await until('hello', () => {
        heard += readNow(next)
        return heard.includes('"hello"')
      })
      expect(heard.trimStart()).toMatch(/^{"hello"/)
      closeSync(next)
      abort.abort()
      expect((await running).resets).toBe(2)
      await pty.close()
    },
  )
})

/** What lies ready on a port. */
function readNow(fd: number): string {
  const buffer = Buffer.alloc(4096)
  try {
    return buffer.toString('latin1', 0, readSync(fd, buffer))
  } catch {
    return ''
  }
}
