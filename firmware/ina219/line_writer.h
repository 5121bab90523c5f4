// Writes one line of JSON into the transmit ring, number by number, and ends it
// with its CRC (PROTOCOL.md 3). The caller has made sure that there is room.
#pragma once

#include <Arduino.h>

namespace line {

// `opening`: begins with the brace. In program memory.
void begin(PGM_P opening);
void text(PGM_P text);
void number(uint32_t value);
// value * 10^-decimals with all its decimals.
void fixed(uint32_t value, uint8_t decimals);
// The same without trailing zeros.
void shortest(uint32_t value, uint8_t decimals);
void put(char character);

// The CRC, the closing brace, LF.
void end();

}  // namespace line
