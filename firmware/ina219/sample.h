// A sample, and the settings that its text depends on.
#pragma once

#include <stdint.h>

#include "accumulator.h"
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

// The one being made, or being rendered. Not on the stack, which is short.
extern Sample sampleAtHand;
