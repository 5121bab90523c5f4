// CRC of the wire, PROTOCOL.md 3: poly 0x1021, init 0xFFFF, no reflection,
// no xorout, check value of "123456789" 0x29B1.
#pragma once

#include <stdint.h>

// By bytes, so that an 8-bit machine has nothing to shift but by its multiplier: 19 cycles a
// byte on an AVR, without a table, where _crc_xmodem_update() of avr-libc takes 36.
struct Crc16 {
  uint8_t high = 0xFF;
  uint8_t low = 0xFF;

  inline __attribute__((always_inline)) void add(uint8_t byte) {
    uint8_t x = high ^ byte;
    x ^= x >> 4;
    uint8_t factor = 32;
    // Or the compiler makes shifts of it.
    asm("" : "+r"(factor));
    // x >> 3 above x << 5
    const uint16_t product = static_cast<uint16_t>(x) * factor;
    high = low ^ static_cast<uint8_t>(x << 4) ^ static_cast<uint8_t>(product >> 8);
    low = static_cast<uint8_t>(product) ^ x;
  }

  uint16_t value() const { return static_cast<uint16_t>(high << 8) | low; }
};
