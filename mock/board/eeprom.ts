import { crc16 } from '../../src/protocol/crc.ts'
import { EEPROM_BYTES } from './mcu.ts'

/** Boot numbers: sixteen slots in turn, each u32 and its CRC, little endian (firmware, settings.cpp). */
const BOOT_ADDRESS = 128
const BOOT_SLOTS = 16
const SLOT_BYTES = 6

/**
 * The EEPROM of a board that has started before, settings as from the factory.
 *
 * @param boot number of its last start, u32; the next one is one higher
 */
export function usedEeprom(boot: number): Uint8Array {
  const eeprom = new Uint8Array(EEPROM_BYTES).fill(0xff)
  const slot = new DataView(eeprom.buffer, BOOT_ADDRESS + (boot % BOOT_SLOTS) * SLOT_BYTES)
  slot.setUint32(0, boot, true)
  slot.setUint16(4, crc16(eeprom.subarray(slot.byteOffset, slot.byteOffset + 4)), true)
  return eeprom
}
