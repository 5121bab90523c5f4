// Takes samples when they are due and puts them into the ring (PROTOCOL.md 8).
#pragma once

#include <stdint.h>

namespace sampler {

void begin();
// True: nothing that can't wait for the next interrupt.
bool step();

// The settings of the sensor have changed: it is set up anew before the next sample.
void settingsChanged();
// The grid of the interval begins anew, now.
void restartInterval();

// One sample as soon as possible, beside the grid. It is taken when `isReadDone`.
void requestRead();
bool isReadDone();

}  // namespace sampler
