#include "moment.h"

#include "board.h"

Moment momentOf(uint32_t ticks) {
  Moment moment;
  int32_t past = board::msAndTicksSince(ticks, moment.ms);
  for (; past < 0; past += kTicksPerMs) moment.ms--;
  for (; past >= kTicksPerMs; past -= kTicksPerMs) moment.ms++;
  moment.ticks = static_cast<uint8_t>(past);
  return moment;
}

Moment momentNow() { return momentOf(board::ticks()); }
