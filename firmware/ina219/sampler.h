// Reads every conversion, and makes samples of them when they are due (PROTOCOL.md 8).
#pragma once

#include <stdint.h>

namespace sampler {

void begin();
// True: nothing that can't wait for the next interrupt.
bool step();

// Before a setting that conversions depend on changes: the sample under way ends here,
// so that none mixes two of them.
void endSample();
// It has changed: the sensor is set up anew.
void settingsChanged();
// Goes on behind a time in which nothing was measured.
void resume();
// The grid of the interval begins anew, now.
void restartInterval();

// One sample as soon as possible, beside the grid. It is taken when `isReadDone`.
void requestRead();
bool isReadDone();

// The mean of the next 16 shunt values, the zero in force not taken off.
void measureZero();
enum class Zero : uint8_t { pending, measured, lost };
Zero zero();
int16_t zeroCounts();

}  // namespace sampler
