import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withCrc } from '../../src/protocol/crc.ts'
import type { Frame } from '../../src/protocol/frames.ts'
import type { PortInfo } from '../../src/sources/serial/ports.ts'
import {
  type OpenPort,
  type PortFactory,
  realPortFactory,
} from '../../src/sources/serial/serial-port.ts'
import { SerialSource, type SerialSourceOptions } from '../../src/sources/serial/serial-source.ts'
import type { SourceSink } from '../../src/sources/source.ts'
import { systemClock } from '../../src/util/clock.ts'
import type { InaError } from '../../src/util/errors.ts'
import { frameText, noteLine } from '../support/frames.ts'
import { until } from '../support/polling.ts'
import { hasPty, openRecordedPty, type RecordedPty } from '../support/serial.ts'

/** All that a source told, in order. */
class Recorder implements SourceSink {
  /** Each frame in a word, see `frameText`. */
  readonly frames: string[] = []
  readonly log: string[] = []
  readonly reasons: string[] = []
  overlongs = 0
  byteCount = 0
  error: InaError | null = null

  frame(frame: Frame): void {
    if (frame.kind === 'overlong') this.overlongs++
    const text = frameText(frame)
    this.frames.push(text)
    this.log.push(`frame ${text}`)
  }
  bytes(count: number): void {
    this.byteCount += count
  }
  format(text: string): void {
    this.log.push(`format ${text}`)
  }
  unit(): void {}
  state(state: string, reason: string): void {
    this.log.push(state)
    this.reasons.push(reason)
  }
  connected(): void {
    this.log.push('connected')
  }
  ended(): void {
    this.log.push('ended')
  }
  failed(error: InaError): void {
    this.error = error
  }
}

describe.skipIf(!hasPty)('serial source', () => {
  let folder: string
  let link: string
  const toClose: (() => unknown)[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ina219-serial-'))
    link = join(folder, 'board')
  })

  afterEach(async () => {
    for (const close of toClose.splice(0).reverse()) await close()
    rmSync(folder, { recursive: true })
  })

  async function device(): Promise<RecordedPty> {
    const pty = await openRecordedPty(link)
    toClose.push(() => pty.close())
    return pty
  }

  function monitor(options: Partial<SerialSourceOptions> = {}): {
    source: SerialSource
    got: Recorder
  } {
    const source = new SerialSource({
      path: link,
      baud: 115_200,
      wait: false,
      clock: systemClock,
      ...options,
    })
    const got = new Recorder()
    toClose.push(() => source.stop())
    source.start(got)
    return { source, got }
  }

  async function live(pty: RecordedPty, got: Recorder): Promise<void> {
    await until('the connection', () => got.log.at(-1) === 'live' && pty.open)
  }

  it('decodes lines byte for byte, counts bytes, and writes', async () => {
    const pty = await device()
    const { source, got } = monitor()
    await live(pty, got)
    const odd = Buffer.from(
      Array.from({ length: 255 }, (_, i) => i).filter((b) => b !== 10 && b !== 13),
    )
    const sent = Buffer.concat([
      Buffer.from('partial first line\n{"v":5.02,"a":0.245}\r\n\n'),
      odd,
      Buffer.from(`\n${'x'.repeat(600)}\n${withCrc(noteLine('Prüfstand'))}\n`),
    ])
    pty.write(sent)
    source.write('{"cmd":"hello","seq":1}')
    await until('lines both ways', () => got.frames.length === 6 && pty.received().length > 0)
    expect(got.frames).toEqual([
      'malformed',
      '#null',
      'blank',
      'malformed',
      'overlong',
      'Prüfstand',
    ])
    expect(got.byteCount).toBe(sent.length)
    expect(pty.received().toString()).toBe('{"cmd":"hello","seq":1}\n')
    expect(got.log.slice(0, 3)).toEqual(['opening', 'connected', 'live'])
  })

  it('says what it is', () => {
    const source = new SerialSource({ path: 'COM3', baud: 9600, wait: false, clock: systemClock })
    expect(source).toMatchObject({ label: 'COM3', duplex: true, live: true, bytesPerSecond: 960 })
  })

  it('waits for a device that was pulled, and goes on when it is back', async () => {
    const first = await device()
    const { source, got } = monitor()
    await live(first, got)
    first.write(`${noteLine('one')}\n${noteLine('two')}\nbroken o`)
    await first.close()
    await until('the loss', () => got.log.at(-1) === 'waiting')
    // What broke off is a line, and comes before the loss is told.
    expect(got.log.slice(-4)).toEqual(['frame one', 'frame two', 'frame malformed', 'waiting'])
    expect(got.reasons.at(-1)).toContain('waiting for it')
    source.write('{"cmd":"read","seq":2}')

    const second = await device()
    await live(second, got)
    second.write(`${noteLine('three')}\n`)
    await until('a line after the return', () => got.frames.includes('three'))
    expect(got.log.slice(-3)).toEqual(['connected', 'live', 'frame three'])
    expect(got.log.filter((entry) => entry === 'connected')).toHaveLength(2)
    expect(got.log.filter((entry) => entry === 'waiting')).toHaveLength(1)
    source.write('again')
    await until('a line back', () => second.received().length > 0)
    expect(second.received().toString()).toBe('again\n')
    expect(got.error).toBeNull()
  })

  it('loses nothing at 100 kB/s', async () => {
    const pty = await device()
    const { got } = monitor()
    await live(pty, got)
    const lines = Array.from({ length: 5000 }, (_, i) => `{"v":5.02,"a":0.245,"seq":${i}}`)
    const startedMs = performance.now()
    let next = 0
    const pump = (): void => {
      while (next < lines.length && pty.write(`${lines[next++]}\n`)) {}
    }
    pty.onDrain(pump)
    pump()
    await until('all lines', () => got.frames.length === lines.length, 20_000)
    expect(got.frames).toEqual(lines.map((_, i) => `#${i}`))
    expect(pty.dropped).toBe(0)
    expect(got.byteCount / (performance.now() - startedMs)).toBeGreaterThan(100)
  })

  it('reports that the device has fallen silent, and that it is back', async () => {
    const pty = await device()
    let nowMs = 0
    const { got } = monitor({ clock: { wallMs: () => nowMs, monoMs: () => nowMs } })
    await live(pty, got)
    nowMs += 3100
    await until('silence from the start', () => got.log.at(-1) === 'silent')
    expect(got.reasons.at(-1)).toContain('115200 baud')
    pty.write('x\n')
    await until('a line', () => got.frames.length === 1)
    expect(got.log.at(-1)).toBe('live')
    nowMs += 3100
    await until('silence after a line', () => got.log.at(-1) === 'silent')
    expect(got.reasons.at(-1)).toBe('the device has fallen silent')
  })

  it('suspects the baud rate when scatter comes', async () => {
    const pty = await device()
    const { got } = monitor()
    await live(pty, got)
    pty.write(Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 97 + 13) & 0xff)))
    await until('the advice', () => got.reasons.at(-1)?.includes('--baud 9600') === true)
    expect(got.log.at(-1)).toBe('live')
  })

  it('does not suspect it on a bad line whose frames come through', async () => {
    const pty = await device()
    const { got } = monitor()
    await live(pty, got)
    const garbage = Buffer.from(Array.from({ length: 700 }, (_, i) => 0x80 | (i * 97 + 13)))
    for (let seq = 0; seq < 20; seq++) {
      pty.write(Buffer.from(`{"v":5.02,"a":0.245,"seq":${seq}}\n`))
      pty.write(Buffer.concat([garbage, Buffer.from('\n')]))
      await until('the garbage', () => got.overlongs === seq + 1)
    }
    expect(got.reasons.filter((reason) => reason.includes('--baud'))).toEqual([])
  })

  it('stops while it waits, and leaves nothing running', async () => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const { source, got } = monitor({ wait: true })
    await until('waiting', () => got.log.at(-1) === 'waiting')
    expect(timers()).toBe(before + 1)
    await source.stop()
    expect(timers()).toBe(before)
  })

  it('stops while it is connected: hangs up and leaves nothing running', async () => {
    const pty = await device()
    const { source, got } = monitor()
    await live(pty, got)
    pty.write(`${noteLine('whole')}\nunfinished`)
    await until('the bytes', () => got.byteCount > noteLine('whole').length + 1)
    await source.stop()
    await until('the hang-up', () => !pty.open)
    // A line cut off by our own stop is no fault of the device.
    expect(got.frames).toEqual(['whole'])
    expect(got.log.at(-1)).toBe('frame whole')
  })

  describe('at the start', () => {
    it('a port that is absent ends it, or is waited for', async () => {
      const { got } = monitor()
      await until('the failure', () => got.error !== null)
      expect(got.error).toMatchObject({ code: 'device_absent' })

      const waiting = monitor({ wait: true })
      await until('waiting', () => waiting.got.log.at(-1) === 'waiting')
      await live(await device(), waiting.got)
      expect(waiting.got.error).toBeNull()
    })

    it('a port in use ends it, and is left alone', async () => {
      const pty = await device()
      const first = monitor()
      await live(pty, first.got)
      const second = monitor()
      await until('the failure', () => second.got.error !== null)
      expect(second.got.error).toMatchObject({ code: 'device_busy' })
      expect(second.got.error?.message).toContain(`(pid ${process.pid})`)
      pty.write('still mine\n')
      await until('the first goes on', () => first.got.frames.length === 1)
    })

    it.skipIf(process.getuid?.() !== 0)('a port of others says which group to join', async () => {
      const pty = await device()
      const group = readFileSync('/etc/group', 'utf8')
        .split('\n')
        .map((row) => row.split(':'))
        .find(([, , gid]) => Number(gid) > 0 && !process.getgroups?.().includes(Number(gid)))
      chownSync(pty.path, 0, Number(group?.[2]))
      chmodSync(pty.path, 0o660)
      // Not root for a while; the clock runs through the 2 s for which a refusal is retried.
      process.seteuid?.(65_534)
      let nowMs = 0
      const monoMs = (): number => {
        nowMs += 1000
        return nowMs
      }
      const { got } = monitor({ path: pty.path, clock: { wallMs: monoMs, monoMs } })
      try {
        await until('the failure', () => got.error !== null)
      } finally {
        process.seteuid?.(0)
      }
      expect(got.error).toMatchObject({ code: 'device_refused' })
      expect(got.error?.hint).toContain(`sudo usermod -aG ${group?.[0]} `)
      expect(nowMs).toBe(3000)
    })

    it('a file is not a port', async () => {
      writeFileSync(link, 'x')
      const { got } = monitor({ wait: true })
      await until('the failure', () => got.error !== null)
      expect(got.error).toMatchObject({ code: 'device_unsupported' })
    })
  })

  describe('a port that comes back under another name', () => {
    const usb = (path: string, serialNumber: string): PortInfo => ({
      path,
      stableName: null,
      manufacturer: null,
      vendorId: '2341',
      productId: '0043',
      serialNumber,
      board: 'Arduino Uno',
      sure: true,
    })

    it('is known by its identity; another device under the old name is left alone', async () => {
      const ports = new Map<
        string,
        { serialNumber: string; unplug: () => void; line: () => void }
      >()
      const opened: string[] = []
      const factory: PortFactory = {
        presence: async (path) => (ports.has(path) ? 'there' : null),
        async open(path): Promise<OpenPort> {
          opened.push(path)
          return {
            listen: (events) => {
              const port = ports.get(path)
              if (port === undefined) return
              port.unplug = () => events.lost()
              port.line = () => events.data(Buffer.from(`${noteLine(port.serialNumber)}\n`))
            },
            write: () => {},
            setBaud: async () => {},
            close: async () => {},
          }
        },
      }
      const plug = (path: string, serialNumber: string): void => {
        ports.set(path, { serialNumber, unplug: () => {}, line: () => {} })
      }
      plug('/dev/ttyX0', 'A1')
      let listed = 0
      const { got } = monitor({
        path: '/dev/ttyX0',
        factory,
        listPorts: async () => {
          listed++
          return [...ports].map(([path, port]) => usb(path, port.serialNumber))
        },
      })
      await until('the connection', () => listed > 0 && got.log.at(-1) === 'live')
      ports.get('/dev/ttyX0')?.line()

      const pulled = ports.get('/dev/ttyX0')
      ports.clear()
      plug('/dev/ttyX0', 'B2')
      pulled?.unplug()
      const before = listed
      await until('some attempts', () => listed >= before + 2)
      expect(opened).toEqual(['/dev/ttyX0'])
      expect(got.log.at(-1)).toBe('waiting')

      plug('/dev/ttyX5', 'A1')
      await until('the return', () => got.log.at(-1) === 'live')
      expect(opened).toEqual(['/dev/ttyX0', '/dev/ttyX5'])
      expect(got.reasons).toContain('/dev/ttyX0 is back as /dev/ttyX5')
      ports.get('/dev/ttyX5')?.line()
      expect(got.frames).toEqual(['A1', 'A1'])
    })

    it('is not taken for gone where the system fails to list its ports', async () => {
      let asked = 0
      const factory: PortFactory = {
        presence: async () => {
          if (asked++ > 0) throw new Error('the list of ports is not to be had')
          return 'there'
        },
        open: async () => ({
          listen: () => {},
          write: () => {},
          setBaud: async () => {},
          close: async () => {},
        }),
      }
      const { got } = monitor({ path: '/dev/ttyX0', factory, listPorts: async () => [] })
      // An unhandled rejection fails the whole run of tests.
      await until('some looks at the list', () => asked >= 4)
      expect(got.log).not.toContain('waiting')
      expect(got.error).toBeNull()
    })

    it('is noticed without a close event: nothing comes and its name is gone', async () => {
      const pty = await device()
      const named = join(folder, 'named')
      symlinkSync(pty.path, named)
      const { got } = monitor({ path: named, factory: realPortFactory })
      await live(pty, got)
      rmSync(named)
      await until('the loss', () => got.log.at(-1) === 'waiting')
      expect(got.reasons.at(-1)).toContain('was unplugged')
      symlinkSync(pty.path, named)
      await live(pty, got)
    })
  })
})
