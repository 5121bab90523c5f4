import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { PortInfo } from '../../src/sources/serial/ports.ts'
import {
  type OpenPort,
  type PortFactory,
  realPortFactory,
} from '../../src/sources/serial/serial-port.ts'
import { noteLine } from '../support/frames.ts'
import { until } from '../support/polling.ts'
import { hasPty } from '../support/serial.ts'
import { connected, SerialBench } from '../support/serial-bench.ts'

describe.skipIf(!hasPty)('serial source: a port that comes back under another name', () => {
  let bench: SerialBench

  beforeEach(() => {
    bench = new SerialBench()
  })

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
    const ports = new Map<string, { serialNumber: string; unplug: () => void; line: () => void }>()
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
    const { got } = bench.monitor({
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
    const { got } = bench.monitor({ path: '/dev/ttyX0', factory, listPorts: async () => [] })
    // An unhandled rejection fails the whole run of tests.
    await until('some looks at the list', () => asked >= 4)
    expect(got.log).not.toContain('waiting')
    expect(got.error).toBeNull()
  })

  it('is noticed without a close event: nothing comes and its name is gone', async () => {
    const pty = await bench.device()
    const named = join(bench.folder, 'named')
    symlinkSync(pty.path, named)
    const { got } = bench.monitor({ path: named, factory: realPortFactory })
    await connected(pty, got)
    rmSync(named)
    await until('the loss', () => got.log.at(-1) === 'waiting')
    expect(got.reasons.at(-1)).toContain('was unplugged')
    symlinkSync(pty.path, named)
    await connected(pty, got)
  })
})
