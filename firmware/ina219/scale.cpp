#include "scale.h"

#include "wide.h"

Scale scaleOf(uint32_t shuntUohm) {
  // A count is 10 uV / shunt = 10 / shuntUohm A.
  Scale scale;
  scale.decimals = 1;
  scale.fraction = 0;
  uint32_t unitsTimesShunt = 100;
  while (unitsTimesShunt < shuntUohm) {
    unitsTimesShunt *= 10;
    scale.decimals++;
  }
  scale.whole = static_cast<uint8_t>(unitsTimesShunt / shuntUohm);
  // The quotient's next 32 bits, by long division.
  uint32_t rest = unitsTimesShunt % shuntUohm;
  for (uint8_t bit = 0; bit < 32; bit++) {
    rest <<= 1;
    scale.fraction <<= 1;
    if (rest >= shuntUohm) {
      rest -= shuntUohm;
      scale.fraction |= 1;
    }
  }
  return scale;
}

__attribute__((noinline)) int32_t countsOf(int32_t micro, uint32_t factor, uint32_t unit, bool isUp) {
  const bool isNegative = micro < 0;
  Wide counts(static_cast<uint32_t>(isNegative ? -micro : micro));
  counts.multiply(factor);
  if (isNegative != isUp) counts.add(unit - 1);
  counts.divide(unit);
  int32_t magnitude = static_cast<int32_t>(counts.low32());
  if (!counts.fits32() || magnitude < 0) magnitude = 0x7FFFFFFF;
  return isNegative ? -magnitude : magnitude;
}

uint32_t currentMagnitude(const Scale& scale, int16_t shuntCounts) {
  const uint16_t counts =
      shuntCounts < 0 ? -static_cast<uint16_t>(shuntCounts) : static_cast<uint16_t>(shuntCounts);
  uint32_t current = static_cast<uint32_t>(counts) * scale.whole;
  if (scale.fraction) {
    // 16 x 32 bit in two multiplications; the lowest 16 bits of the product don't matter.
    const uint32_t high = static_cast<uint32_t>(counts) * static_cast<uint16_t>(scale.fraction >> 16);
    const uint32_t low = static_cast<uint32_t>(counts) * static_cast<uint16_t>(scale.fraction);
    current += (high + (low >> 16) + 0x8000) >> 16;
  }
  return current;
}

// A step of long division by 25, `rest` being what the step before left.
// 5243 / 2^17 is 1 / 25 well enough for the 6399 that come up.
static inline uint8_t divideBy25(uint8_t& rest, uint8_t byte) {
  const uint16_t part = static_cast<uint16_t>(rest << 8) | byte;
  const uint16_t high = static_cast<uint16_t>(static_cast<uint32_t>(part) * 5243 >> 16);
  const uint8_t digit = static_cast<uint8_t>(high >> 1);
  rest = static_cast<uint8_t>(part - digit * 25);
  return digit;
}

uint32_t powerMagnitude(uint32_t current, uint16_t busCounts) {
  // 10^-d A * 4 mV = 4 * 10^-(d+3) W = 10^-(d+1) W / 25. At most 327680 * 8191, which fits.
  const uint32_t product = current * busCounts + 12;
  // Byte by byte: a 32-bit division takes 600 cycles, this 150.
  uint8_t rest = 0;
  const uint8_t q3 = divideBy25(rest, static_cast<uint8_t>(product >> 24));
  const uint8_t q2 = divideBy25(rest, static_cast<uint8_t>(product >> 16));
  const uint8_t q1 = divideBy25(rest, static_cast<uint8_t>(product >> 8));
  const uint8_t q0 = divideBy25(rest, static_cast<uint8_t>(product));
  return static_cast<uint32_t>(static_cast<uint16_t>(q3 << 8) | q2) << 16 |
         (static_cast<uint16_t>(q1 << 8) | q0);
}
