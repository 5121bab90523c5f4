// Time and sleep of an AVR, by the timer that the core counts milliseconds with.

#include "avr_drivers.h"
#include "tx_ring.h"

#if OWN_DRIVERS

#include <avr/sleep.h>
#include <util/atomic.h>

namespace board {

// Most interrupts move a byte on, and are nothing to the main program.
static bool isNothingNew(uint8_t sinceMs, uint8_t sentTo) {
  if (hasByte() || hasWatched()) return false;
  // Time goes by, or there is room for another piece of a line.
  const uint8_t sent = static_cast<uint8_t>(txRing.tail - sentTo);
  return static_cast<uint8_t>(timer0_millis) == sinceMs && sent < 16 && (!sent || !txEmpty());
}

void idle() {
  const uint8_t nowMs = static_cast<uint8_t>(timer0_millis);
  const uint8_t tail = txRing.tail;
  set_sleep_mode(SLEEP_MODE_IDLE);
  sleep_enable();
  for (;;) {
    cli();
    if (!isNothingNew(nowMs, tail)) break;
    sei();  // the instruction after it runs before any interrupt
    sleep_cpu();
  }
  sei();
  sleep_disable();
}

uint32_t ticks() {
  uint32_t now = 0;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { now = ticksNow(); }
  return now;
}

// The core counts an overflow, of 1024 us, as a millisecond and keeps what is more,
// but to itself.
int32_t msAndTicksSince(uint32_t ticks, uint32_t& ms) {
  static uint32_t countedTo;
  static uint8_t kept;  // 8 us, 0..124
  uint32_t overflows = 0;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    overflows = timer0_overflow_count;
    ms = timer0_millis;
  }
  uint16_t since = static_cast<uint16_t>(overflows - countedTo);
  countedTo = overflows;
  if (since > 125) since %= 125;
  for (; since; since--) {
    kept += 3;
    if (kept >= 125) kept -= 125;
  }
  return static_cast<int32_t>(ticks - (overflows << 8)) + kept * 2;
}

}  // namespace board

#endif
