// Reads the host's lines as they come in, a byte at a time, without keeping
// them: a line may have 512 bytes, a quarter of the RAM (PROTOCOL.md 2 and 6).
#pragma once

#include "request.h"

namespace reader {

// True: the line is complete; `request` holds until the next byte is read.
bool read(uint8_t byte);

}  // namespace reader
