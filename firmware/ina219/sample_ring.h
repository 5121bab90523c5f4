// The newest samples, and what is needed to render them again exactly as they
// were sent first (PROTOCOL.md 7).
#pragma once

#include <stdint.h>

#include "ring_record.h"
#include "sample.h"

// Name that tests place a value by.
extern "C" {
extern uint32_t nextSeq;  // number of the next new sample
}

// The context of the next new sample.
const Context& currentContext();
// The same to be changed, from the next new sample on. The ring remembers one context
// before this one; samples of still older ones are forgotten.
Context& newContext();
// Moves the reference of the Unix time up to `ms`, by whole seconds, so that it
// outlives the wrap of milliseconds after 49.7 days. Changes no sample's text.
void advanceUnixTime(uint32_t ms);

// Of sampleAtHand.
void pushSample();
// All of them; the memory is somebody else's until the next one is pushed.
void forgetSamples();

// Where a reader is, so that samples in their order need no search. Zero: anywhere.
struct RingCursor {
  uint32_t seq;  // what stands at `at`
  uint16_t at;
  bool isPlaced;
  RingState before;
};
// Copies sample `seq` to sampleAtHand; its context, or null: not in the ring.
const Context* copySample(RingCursor& cursor, uint32_t seq);
// The newest one, where it is at hand still; the cursor is then behind it.
const Context* newestAtHand(RingCursor& cursor, uint32_t seq);

// How many of the newest samples are kept, as many of them as fit: by the settings.
uint16_t ringDepth();
// Samples in the ring; the oldest is nextSeq minus this.
uint16_t ringCount();
