// What `selftest` tells (PROTOCOL.md 5.5). Counts stop at their largest value.
#pragma once

#include <stdint.h>

struct Health {
  uint8_t busErrors;       // transfers that failed, since the start
  volatile uint8_t missed;  // conversions that there was no room for; the interrupt's
};

extern Health health;

inline void countUp(volatile uint8_t& count) {
  if (count != 255) count = count + 1;
}
