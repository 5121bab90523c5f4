// The threshold with hysteresis that drives ALARM_PIN (PROTOCOL.md 6, set_threshold).
#pragma once

#include "sample_ring.h"

namespace alarm {

// The threshold or the shunt has changed, and the context with it.
void settingsChanged();
void check(const RawSample& sample);

}  // namespace alarm
