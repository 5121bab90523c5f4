// Carries out what the host asks for (PROTOCOL.md 6).
#pragma once

namespace commands {

// Reads what has come in, up to the end of one line.
void step();

}  // namespace commands
