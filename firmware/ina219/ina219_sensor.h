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
  pending,    // the pair is not complete yet
  done,       // `shunt` and `busStatus` are one whole pair
  wasReset,   // the same, but the sensor lost its settings before or in it
  noAnswer,
  stuck,
};

struct Pair {
  int16_t shunt;
  uint16_t busStatus;  // as in RawSample
};

// Finds the sensor and writes and verifies its settings. Conversion starts anew.
board::I2c configure();
// Before the first `poll` of each pair.
board::I2c start();
// Until it says other than `pending`. Each pair is given once.
Poll poll(Pair& pair);

// Longest time from `start` to a complete pair, in ms, with reserve.
uint16_t timeoutMs();

}  // namespace sensor
