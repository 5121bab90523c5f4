// The commands that set something (PROTOCOL.md 6): each is refused as a whole, or carried
// out as a whole.
#pragma once

#include "request.h"

// Error::unknown: none of them.
Error setByCommand();
// `set_zero` without a value: what was measured, in shunt counts.
Error setZeroTo(int16_t meanCounts);
