// A new rate of the line, and back where the host does not follow (PROTOCOL.md 6).
#pragma once

#include <stdint.h>

namespace baud_trial {

// Switches, once the reply is out.
void begin(uint32_t baud);
// A line that was understood.
void heard();
// True: it was silent for too long, and the rate before comes back.
bool isLost();

}  // namespace baud_trial
