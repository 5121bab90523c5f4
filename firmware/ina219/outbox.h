// Decides which line goes out next, and never waits for room (PROTOCOL.md 7 and 8).
#pragma once

#include <stdint.h>

#include "lines.h"

namespace outbox {

// One line at most. False: nothing to do, or no room.
bool step();

// A new sample is in the ring.
void sampleTaken();
// Samples in the ring that have not been sent for the first time.
uint8_t unsentSamples();

void hello();
// To the newest request, which has to stay until it is out; after every sample taken so
// far, where `isAfterSamples`.
void reply(Error error, bool isAfterSamples = false);
// False: no other command may be carried out yet.
bool isReplied();
void note(Note note);
// The states of the outputs, before the reply to what changed them.
void outputs();
// Samples first..last again, wrap allowed. More ranges than it has places for are dropped:
// the host asks again.
void replay(uint32_t first, uint32_t last);
// To that of the settings, once the reply is out. What follows begins with an LF.
void switchBaud();
// False: the rate is about to be switched.
bool isBaudSteady();

}  // namespace outbox
