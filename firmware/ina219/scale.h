// From raw registers to volts, amperes and watts as scaled integers. No
// floating point: on an AVR printing one float takes longer than the whole line.
#pragma once

#include <stdint.h>

// Volts of a bus count, and how they are printed: 4 mV, three decimals (SBOS448 8.6.3.2).
constexpr uint8_t kBusLsbMv = 4;
constexpr uint8_t kVoltageDecimals = 3;

// What a count of the shunt register (10 uV, SBOS448 8.6.3.1) is worth: a
// current of (whole + fraction / 2^32) units of 10^-decimals A, 1 <= it < 10,
// so that no two counts print alike.
struct Scale {
  uint8_t decimals;  // 1..7
  uint8_t whole;     // 1..9
  uint32_t fraction;
};

// shuntUohm: 100..100000000.
Scale scaleOf(uint32_t shuntUohm);

// micro * factor / unit counts, to the next whole number above or below; saturates.
int32_t countsOf(int32_t micro, uint32_t factor, uint32_t unit, bool isUp);

// Magnitude in units of 10^-decimals A, rounded to the nearest; at most 327680.
uint32_t currentMagnitude(const Scale& scale, int16_t shuntCounts);

// Magnitude in units of 10^-(decimals + 1) W, of the current above.
uint32_t powerMagnitude(uint32_t current, uint16_t busCounts);
