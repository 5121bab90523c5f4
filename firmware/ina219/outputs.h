// The switched outputs A to D, and the cut-off that opens one without the host
// (PROTOCOL.md 5.6, 6.1).
#pragma once

#include <stdint.h>

namespace outputs {

constexpr uint8_t kOutputs = 4;

// All open, or as they were before the reset. Behind loadSettings().
void begin();
// Bit n: output n is on.
uint8_t states();
// Switches those of `named` to their bits in `on`.
void set(uint8_t named, uint8_t on);
// The cut-off or the shunt has changed.
void settingsChanged();
// Says what the cut-off has done.
void step();

// A conversion has been read. With OWN_DRIVERS (board.h) from the interrupt that read it, so
// that nothing the main program does can hold it up. Elsewhere from the main program, whose
// other work can delay it.
void look(int16_t shunt);

}  // namespace outputs
