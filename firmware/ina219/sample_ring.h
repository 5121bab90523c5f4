// The newest samples, and what is needed to render them again exactly as they
// were sent first (PROTOCOL.md 7).
#pragma once

#include <stdint.h>

#include "accumulator.h"
#include "board.h"
#include "moment.h"
#include "scale.h"

// In the order of the names in lines.cpp; three bits.
enum class Status : uint8_t { ok, overflow, clipped, noSensor, busError, sensorReset, partial };

// What `set_detail` adds.
struct Detail {
  uint32_t n;  // conversions; with one, its values are the extremes
  int16_t shuntMin;
  int16_t shuntMax;
  uint16_t busMin;  // counts
  uint16_t busMax;
  Totals totals;
};

struct Sample {
  Moment at;           // its last conversion
  int16_t shunt;       // 10 uV
  uint16_t busStatus;  // bits 15..3: 4 mV; below a Status
  bool isMean;         // of several conversions: power is not that of the other two
  bool hasDetail;
  int32_t power;  // where isMean: in 10^-(decimals + 1) W
  Detail detail;  // where hasDetail

  uint16_t busCounts() const { return busStatus >> 3; }
  Status status() const { return static_cast<Status>(busStatus & 7); }
};

// Settings that a sample's text depends on.
struct Context {
  Scale scale;
  uint32_t shuntUohm;
  bool isInUs;
  bool hasUnixTime;
  uint32_t unixS;     // this Unix time...
  uint32_t unixAtMs;  // ...was at this moment
};

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

// The one being made, or being rendered. Not on the stack, which is short.
extern Sample sampleAtHand;

// Of sampleAtHand.
void pushSample();

// What all before a place in the ring has come to: each record says only how it differs.
struct RingState {
  Moment at;
  uint32_t period;  // ticks between samples, smoothed
  int16_t shunt;
  uint16_t busStatus;
};
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
