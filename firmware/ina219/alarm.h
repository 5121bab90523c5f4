// The threshold that drives ALARM_PIN (PROTOCOL.md 6, set_threshold): judged by each
// conversion, whatever the interval.
#pragma once

#include <stdint.h>

namespace alarm {

// The threshold or the shunt has changed.
void settingsChanged();
// A conversion, or a sample without one: shunt counts, and the bus register with a
// Status below.
void check(int16_t shunt, uint16_t busStatus);

}  // namespace alarm
