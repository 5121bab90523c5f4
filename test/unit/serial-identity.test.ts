import { describe, expect, it } from 'vitest'
import { findAgain, identityOf, type PortIdentity } from '../../src/sources/serial/identity.ts'
import type { PortInfo } from '../../src/sources/serial/ports.ts'

function port(path: string, overrides: Partial<PortInfo> = {}): PortInfo {
  return {
    path,
    stableName: null,
    manufacturer: null,
    vendorId: '2341',
    productId: '0043',
    serialNumber: 'A1',
    board: 'Arduino Uno',
    sure: true,
    ...overrides,
  }
}

function known(ports: readonly PortInfo[], path: string): PortIdentity {
  const identity = identityOf(ports, path)
  if (identity === null) throw new Error('no identity')
  return identity
}

describe('finding a device again', () => {
  const uno = known([port('/dev/ttyACM0')], '/dev/ttyACM0')

  it('under its old name, and under another', () => {
    expect(findAgain([port('/dev/ttyACM0')], uno)?.path).toBe('/dev/ttyACM0')
    expect(findAgain([port('/dev/ttyACM3')], uno)?.path).toBe('/dev/ttyACM3')
    expect(findAgain([], uno)).toBeNull()
  })

  it('never takes another device, even under the old name', () => {
    const others = [
      port('/dev/ttyACM0', { serialNumber: 'B2' }),
      port('/dev/ttyACM0', { productId: '0042' }),
      port('/dev/ttyACM0', { vendorId: '1a86' }),
      port('/dev/ttyACM0', { vendorId: null, productId: null, serialNumber: null }),
    ]
    for (const other of others) expect(findAgain([other], uno)).toBeNull()
  })

  it('never chooses between two that look the same', () => {
    expect(findAgain([port('/dev/ttyACM1'), port('/dev/ttyACM2')], uno)).toBeNull()
    const twins = known([port('/dev/ttyACM0'), port('/dev/ttyACM1')], '/dev/ttyACM0')
    // Its twin is still there; the device itself is not.
    expect(findAgain([port('/dev/ttyACM1')], twins)).toBeNull()
    expect(findAgain([port('/dev/ttyACM0'), port('/dev/ttyACM1')], twins)?.path).toBe(
      '/dev/ttyACM0',
    )
  })

  it('without a serial number: by the stable name, else under the old name alone', () => {
    const clone = { vendorId: '1a86', productId: '7523', serialNumber: null }
    const stable = '/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0'
    const named = known([port('/dev/ttyUSB0', { ...clone, stableName: stable })], '/dev/ttyUSB0')
    expect(findAgain([port('/dev/ttyUSB1', { ...clone, stableName: stable })], named)?.path).toBe(
      '/dev/ttyUSB1',
    )
    const nameless = known([port('COM3', clone)], 'COM3')
    expect(findAgain([port('COM4', clone)], nameless)).toBeNull()
    expect(findAgain([port('COM3', clone)], nameless)?.path).toBe('COM3')
  })

  it('tells the ports of one board apart by the stable name', () => {
    const first = port('/dev/ttyACM0', { stableName: '/dev/serial/by-id/usb-X_A1-if00' })
    const second = port('/dev/ttyACM1', { stableName: '/dev/serial/by-id/usb-X_A1-if02' })
    const identity = known([first, second], '/dev/ttyACM0')
    const swapped = [
      { ...first, path: '/dev/ttyACM1' },
      { ...second, path: '/dev/ttyACM0' },
    ]
    expect(findAgain(swapped, identity)?.path).toBe('/dev/ttyACM1')
  })

  it('has no identity for pseudo-terminals and built-in ports', () => {
    expect(identityOf([port('/dev/ttyACM0')], '/dev/pts/3')).toBeNull()
    expect(identityOf([port('/dev/ttyS0', { vendorId: null })], '/dev/ttyS0')).toBeNull()
  })
})
