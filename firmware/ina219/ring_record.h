// How the ring holds a sample: by what differs from the one before it.
#pragma once

#include <stdint.h>

#include "board.h"
#include "sample.h"

// What all before a place in the ring has come to.
struct RingState {
  Moment at;
  uint32_t period;  // ticks between samples, smoothed
  int16_t shunt;
  uint16_t busStatus;
};

// What the record of a sample says.
struct Difference {
  int16_t late;
  int16_t shunt;
  int16_t bus;
  int32_t power;
  uint8_t first;  // of the first byte, what tells the form
  uint8_t length;
};

namespace record {

// Longest record: first byte, time, shunt, bus, power, detail.
constexpr uint8_t kLongest = 1 + 5 + 4 + 4 + (3 + 8 + sizeof(Totals));
static_assert(RING_BYTES >= 8 * kLongest && RING_BYTES < 0x8000, "room for a detailed replay");

Difference differenceOf(const RingState& before, const Sample& sample, const Context& context);
// Puts the state past the sample; whoever reads its record later comes to the same.
void pass(RingState& state, const Difference& difference, const Sample& sample);
extern uint8_t bytes[RING_BYTES];
// Where the next record goes.
extern uint16_t head;
void write(const Difference& difference, const Sample& sample);
// The record at `at`, which moves to the next one: the state after it, and the sample where
// one is wanted. Of a mean, `power` is still a difference to plainPower().
void read(uint16_t& at, RingState& state, Sample* sample);

// Power that voltage and current of a sample would give.
int32_t plainPower(const Context& context, int16_t shunt, uint16_t busStatus);

}  // namespace record
