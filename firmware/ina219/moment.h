// Time of the device's start in steps of 4 us.
#pragma once

#include <stdint.h>

constexpr uint8_t kTicksPerMs = 250;

struct Moment {
  uint32_t ms;    // wraps after 49.7 days
  uint8_t ticks;  // 4 us, 0..249
};

// Ticks from one to the other; of more than two hours, or back, kLongestTicks.
constexpr uint32_t kLongestTicks = 0x80000000;
uint32_t ticksBetween(const Moment& from, const Moment& to);
