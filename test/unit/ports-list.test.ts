import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { boardOf } from '../../src/sources/serial/boards.ts'
import {
  listFromSysfs,
  type PortSystem,
  type RawPort,
} from '../../src/sources/serial/port-system.ts'
import { listPorts, pickPort } from '../../src/sources/serial/ports.ts'
import { temporaryFolder } from '../support/folder.ts'

function raw(path: string, overrides: Partial<RawPort> = {}): RawPort {
  return {
    path,
    manufacturer: undefined,
    serialNumber: undefined,
    vendorId: undefined,
    productId: undefined,
    ...overrides,
  }
}

function system(ports: readonly RawPort[], names: Record<string, string> = {}): PortSystem {
  return {
    list: async () => ports,
    stableNames: async () => new Map(Object.entries(names)),
    isEmptySlot: async (path) => path.startsWith('/dev/ttyS') && path !== '/dev/ttyS0',
  }
}

const uno = raw('/dev/ttyACM0', { vendorId: '2341', productId: '0043', serialNumber: 'A1' })
const modem = raw('/dev/ttyACM1', { vendorId: '12d1', productId: '1506', manufacturer: 'Huawei' })

describe('boards', () => {
  it.each([
    ['2341', '0043', 'Arduino Uno'],
    ['2341', 'ffff', 'Arduino'],
    ['2a03', '0043', 'Arduino (arduino.org)'],
    ['1a86', '7523', 'board with CH340'],
    ['10c4', 'ea60', 'board with CP210x'],
    ['0403', '6001', 'board with FTDI'],
    ['2e8a', '000a', 'Raspberry Pi Pico (RP2040)'],
    ['303a', '1001', 'ESP32 (native USB)'],
    ['239a', '80f4', 'Adafruit board'],
    ['16c0', '0483', 'Teensy'],
    ['067b', '2303', 'board with PL2303'],
  ])('%s:%s is %s', (vendorId, productId, name) => {
    expect(boardOf(vendorId, productId)).toBe(name)
  })

  it.each([
    ['16c0', '05dc'],
    ['1a86', '8010'],
    ['12d1', '1506'],
    [null, null],
    ['1a86', null],
  ])('%s:%s is none', (vendorId, productId) => {
    expect(boardOf(vendorId, productId)).toBeNull()
  })
})

describe('list of ports', () => {
  it('has boards first, then names in natural order, with their stable names', async () => {
    const ports = await listPorts({
      system: system([raw('/dev/ttyUSB10'), raw('/dev/ttyUSB9'), modem, uno], {
        '/dev/ttyACM0': '/dev/serial/by-id/usb-Arduino_A1-if00',
      }),
    })
    expect(ports.map((port) => port.path)).toEqual([
      '/dev/ttyACM0',
      '/dev/ttyACM1',
      '/dev/ttyUSB9',
      '/dev/ttyUSB10',
    ])
    expect(ports[0]).toEqual({
      path: '/dev/ttyACM0',
      stableName: '/dev/serial/by-id/usb-Arduino_A1-if00',
      manufacturer: null,
      vendorId: '2341',
      productId: '0043',
      serialNumber: 'A1',
      board: 'Arduino Uno',
      sure: true,
    })
  })

  it('reads identities in any form that systems write them in', async () => {
    const forms = [
      raw('COM3', { vendorId: '1A86', productId: '7523' }),
      raw('COM4', { vendorId: '0x403', productId: '0x6001' }),
      raw('COM5', { vendorId: 'rubbish', productId: '', manufacturer: '  ' }),
    ]
    const ports = await listPorts({ system: system(forms) })
    expect(ports.map((port) => [port.vendorId, port.productId, port.sure])).toEqual([
      ['1a86', '7523', true],
      ['0403', '6001', true],
      [null, null, false],
    ])
    expect(ports[2]?.manufacturer).toBeNull()
  })

  it('leaves out legacy ports without hardware, unless asked', async () => {
    const all = [raw('/dev/ttyS0'), raw('/dev/ttyS1'), raw('/dev/ttyS2')]
    const paths = async (options: { all?: boolean }): Promise<string[]> =>
      (await listPorts({ ...options, system: system(all) })).map((port) => port.path)
    expect(await paths({})).toEqual(['/dev/ttyS0'])
    expect(await paths({ all: true })).toHaveLength(3)
  })
})

describe('the port that is chosen without a name', () => {
  const pick = async (...ports: RawPort[]): Promise<ReturnType<typeof pickPort>> =>
    pickPort(await listPorts({ system: system(ports) }))

  it('is the one that is surely a board, whatever else is there', async () => {
    expect((await pick(modem, raw('/dev/ttyS0'), uno)).port?.path).toBe('/dev/ttyACM0')
  })

  it.each<[string, RawPort[], string]>([
    ['several boards', [uno, { ...uno, path: '/dev/ttyACM2' }], '2 ports look like a board'],
    ['none that is sure', [modem, raw('/dev/ttyUSB0')], 'no port is surely a board'],
    ['no port', [], 'this machine has no serial port'],
  ])('is none with %s', async (_what, ports, reason) => {
    expect(await pick(...ports)).toEqual({ port: null, reason })
  })
})

describe('ports as the kernel lists them', () => {
  it('finds the USB identity above the interface, and only ports with a device', async () => {
    const root = temporaryFolder()
    const usb = join(root, 'devices/usb1/1-2')
    const tty = join(root, 'class/tty')
    const port = join(usb, '1-2:1.0/ttyUSB0')
    for (const folder of [port, join(tty, 'ttyUSB0'), join(tty, 'ttyS4'), join(tty, 'tty7')]) {
      mkdirSync(folder, { recursive: true })
    }
    const board = { idVendor: '1a86', idProduct: '7523', manufacturer: 'QinHeng', serial: 'X9' }
    for (const [name, text] of Object.entries(board)) writeFileSync(join(usb, name), `${text}\n`)
    symlinkSync(port, join(tty, 'ttyUSB0/device'))
    expect(await listFromSysfs(tty)).toEqual([
      {
        path: '/dev/ttyUSB0',
        vendorId: '1a86',
        productId: '7523',
        manufacturer: 'QinHeng',
        serialNumber: 'X9',
      },
    ])
    expect(await listFromSysfs(join(root, 'nowhere'))).toEqual([])
  })
})
