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
// After every sample taken so far, where `isAfterSamples`.
void reply(bool hasNumber, uint32_t number, Error error, bool isAfterSamples);
// False: no other command may be carried out yet.
bool isReplied();
void note(Note note);
// The states of the outputs, before the reply to what changed them.
void outputs();
// Samples first..last again, wrap allowed. More ranges than it has places for are dropped:
// the host asks again.
void replay(uint32_t first, uint32_t last);
// Once the reply is out. What follows at the new rate begins with an LF.
void switchBaud(uint32_t baud);
// False: the rate is about to be switched.
bool isBaudSteady();

}  // namespace outbox
