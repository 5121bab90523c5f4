// Driver of the TI INA219. Section and equation numbers: SBOS448G.
//
// Values come from the shunt and the bus register. The chip's own current and
// power registers are computed from the same two, with rounding, and power
// without a sign; reading them as well takes longer than a conversion, so they
// would belong to another one. The calibration is still written: it makes the
// overflow flag work, and as it is lost in a brown-out, it shows one.
#pragma once

#include <stdint.h>

#include "board.h"
#include "sample_ring.h"

namespace sensor {

enum class Poll : uint8_t {
  pending,   // no conversion is complete
  done,
  wasReset,  // the same, but the sensor lost its settings before or in it; they are back
  noAnswer,
  stuck,
};

// One whole pair, each given once.
struct Pair {
  int16_t shunt;       // without the zero
  uint16_t busStatus;  // bits 15..3 as in the register, below a Status
  Moment at;           // when it was seen to be complete

  uint16_t busCounts() const { return busStatus >> 3; }
  Status status() const { return static_cast<Status>(busStatus & 7); }
};

// Finds the sensor, writes and verifies its settings, and begins to read one
// conversion after the other.
board::I2c start();
Poll poll(Pair& pair);
// The shunt voltage alone, at 9 bit, as fast as the bus gives it, to burst::take; for as
// long as that wants. Then start() again.
board::I2c startReadings();
// `done`: burst::take wants no more.
Poll pollReadings();
// False: beyond the range of a shunt count, and cut off there.
bool takeZeroOff(int16_t& shunt);
// Time in which a pair is converted, in ticks of 4 us; and the longest that passes between
// two of them where none is missed.
uint16_t pairTicks();
uint16_t mostTicksBetween();
// Longest time without a pair, in ms, with reserve.
uint16_t timeoutMs();

}  // namespace sensor
