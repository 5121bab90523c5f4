/**
 * USB identities of development boards and of the serial chips on them.
 * Vendor numbers: USB-IF; product numbers: the vendors' drivers and usb.ids.
 */
interface BoardRule {
  /** USB vendor number, 4 lower-case hex digits. */
  readonly vendorId: string
  /** USB product numbers; absent: every serial port of that vendor. */
  readonly productIds?: readonly string[]
  readonly name: string
}

const RULES: readonly BoardRule[] = [
  { vendorId: '2341', productIds: ['0043', '0001', '0243'], name: 'Arduino Uno' },
  { vendorId: '2341', productIds: ['0010', '0042', '0242'], name: 'Arduino Mega' },
  { vendorId: '2341', productIds: ['0036', '8036'], name: 'Arduino Leonardo' },
  { vendorId: '2341', productIds: ['0037', '8037'], name: 'Arduino Micro' },
  { vendorId: '2341', productIds: ['0058'], name: 'Arduino Nano Every' },
  { vendorId: '2341', productIds: ['0069', '1002'], name: 'Arduino Uno R4' },
  { vendorId: '2341', name: 'Arduino' },
  { vendorId: '2a03', name: 'Arduino (arduino.org)' },
  {
    vendorId: '1a86',
    productIds: ['7523', '7522', '5523', '55d3', '55d4'],
    name: 'board with CH340',
  },
  { vendorId: '10c4', productIds: ['ea60', 'ea70', 'ea71'], name: 'board with CP210x' },
  {
    vendorId: '0403',
    productIds: ['6001', '6010', '6011', '6014', '6015'],
    name: 'board with FTDI',
  },
  { vendorId: '067b', productIds: ['2303', '23a3', '23c3', '23d3'], name: 'board with PL2303' },
  { vendorId: '2e8a', productIds: ['000c'], name: 'Raspberry Pi Debug Probe' },
  { vendorId: '2e8a', name: 'Raspberry Pi Pico (RP2040)' },
  { vendorId: '303a', name: 'ESP32 (native USB)' },
  { vendorId: '239a', name: 'Adafruit board' },
  { vendorId: '16c0', productIds: ['0483', '0487', '0489', '048b'], name: 'Teensy' },
  { vendorId: '1b4f', name: 'SparkFun board' },
  { vendorId: '2886', name: 'Seeed board' },
  { vendorId: '0483', productIds: ['374b', '374e', '374f', '5740'], name: 'STM32 board' },
  { vendorId: '0d28', productIds: ['0204'], name: 'micro:bit or DAPLink board' },
]

/**
 * What a port's USB identity says of the board behind it.
 *
 * @param vendorId 4 lower-case hex digits; null where the port is not on USB
 * @returns the board's name; null where the identity is not known to be a board's
 */
export function boardOf(vendorId: string | null, productId: string | null): string | null {
  for (const rule of RULES) {
    if (rule.vendorId !== vendorId) continue
    if (rule.productIds === undefined) return rule.name
    if (productId !== null && rule.productIds.includes(productId)) return rule.name
  }
  return null
}
