// Time of the device's start in steps of 4 us: millis() and what has gone by since.
// millis() itself stands still for 1024 us at a time.
#pragma once

#include <stdint.h>

constexpr uint8_t kTicksPerMs = 250;

struct Moment {
  uint32_t ms;    // of the clock that millis() shows, wraps
  uint8_t ticks;  // 4 us, 0..249
};

// `ticks`: of board::ticks(), at most some minutes ago.
Moment momentOf(uint32_t ticks);
Moment momentNow();
