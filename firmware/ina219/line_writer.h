// Writes one line of JSON into the transmit ring, number by number, and ends it
// with its CRC (PROTOCOL.md 3). The caller has made sure that there is room.
#pragma once

#include <Arduino.h>

#include "wide.h"

namespace line {

// `opening`: begins with the brace. In program memory.
void begin(PGM_P opening);
void text(PGM_P text);
void number(uint32_t value);
// value * 10^-decimals with all its decimals.
void fixed(uint32_t value, uint8_t decimals);
// The same with so many digits, leading zeros too.
void padded(uint32_t value, uint8_t places, uint8_t decimals);
// The same as `fixed` without trailing zeros.
void shortest(uint32_t value, uint8_t decimals);
// A magnitude of up to 19 digits, the last three behind the point.
void thousandths(Wide value);
void put(char character);

// What is written so far goes out, and the rest of the line follows later, behind `resume`.
void pause();
void resume();

// The CRC, the closing brace, LF.
void end();

}  // namespace line
