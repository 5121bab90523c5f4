// One burst of the current, as fast as the sensor converts, around the moment at which it
// passes a level (PROTOCOL.md 5.7). While one is waited for or kept there are no samples: it
// lies where they are.
#pragma once

#include <stdint.h>

#include "board.h"

// Needs the register read over and over in the background.
#define HAS_BURST OWN_DRIVERS

namespace burst {

constexpr uint8_t kReadings = 200;
constexpr uint8_t kReadingsPerLine = 20;

#if HAS_BURST

// Counts as in the shunt register; `isFall`: at or below it. So many percent lie before the
// trigger. Another one that is waited for or kept is dropped.
void arm(int16_t level, bool isFall, uint8_t prePercent);
// The one waited for or kept is dropped.
void end();
// Its lines again. False: there is none.
bool repeat();
// From `arm` to the end.
bool isOn();
// No new samples: what is queued goes out first.
bool isWaitingForLine();

// To be called often. True: the sensor is not to be used.
bool step();

// A reading; by the interrupt. False: no more.
bool take(int16_t shunt);

bool isLineDue();
// The next one; at most 254 bytes.
void writeLine();

#else

inline bool isOn() { return false; }
inline bool isWaitingForLine() { return false; }
inline bool repeat() { return false; }
inline bool step() { return false; }
inline bool isLineDue() { return false; }
inline void writeLine() {}

#endif

}  // namespace burst
