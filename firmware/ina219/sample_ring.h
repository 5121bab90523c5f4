// The newest samples as raw registers, and what is needed to render them again
// exactly as they were sent first (PROTOCOL.md 7).
#pragma once

#include <stdint.h>

#include "board.h"
#include "scale.h"

// In the order of the names in lines.cpp; three bits.
enum class Status : uint8_t { ok, overflow, clipped, noSensor, busError, sensorReset };

struct RawSample {
  uint32_t ms;        // millis() when the pair was complete
  int16_t shunt;      // register 1, 10 uV
  uint16_t busStatus;  // register 2: bits 15..3 are 4 mV, a Status in place of the flags

  uint16_t busCounts() const { return busStatus >> 3; }
  Status status() const { return static_cast<Status>(busStatus & 7); }
};

// Settings that a sample's text depends on.
struct Context {
  Scale scale;
  bool hasUnixTime;
  uint32_t unixS;     // this Unix time...
  uint32_t unixAtMs;  // ...was at this millis()
};

// Names that tests place values by.
extern "C" {
extern uint32_t nextSeq;  // number of the next new sample
extern RawSample sampleRing[RING_DEPTH];
extern uint8_t ringHead;  // index of the next new sample
}

// The context of the next new sample.
const Context& currentContext();
// From the next new sample on. The ring remembers one context before this one;
// samples of still older ones are forgotten.
void changeContext(const Context& context);
// Moves the reference of the Unix time up to `ms`, by whole seconds, so that it
// outlives the wrap of millis() after 49.7 days. Changes no sample's text.
void advanceUnixTime(uint32_t ms);

void pushSample(const RawSample& sample);
// Copies sample `seq`; its context, or null: not in the ring.
const Context* copySample(uint32_t seq, RawSample& sample);
// Samples in the ring; the oldest is nextSeq minus this.
uint8_t ringCount();
