#include "moment.h"

__attribute__((noinline)) uint32_t ticksBetween(const Moment& from, const Moment& to) {
  constexpr uint32_t kLongestMs = 8000000;
  const uint32_t ms = to.ms - from.ms;
  if (ms >= kLongestMs) return kLongestTicks;
  // The usual one in 16 bits: without a sign, or 132 ms would be less than nothing.
  const uint32_t whole = ms < 256 ? static_cast<uint16_t>(ms) * kTicksPerMs : ms * kTicksPerMs;
  const uint32_t ticks = whole + to.ticks;
  return ticks < from.ticks ? kLongestTicks : ticks - from.ticks;
}
