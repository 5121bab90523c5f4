// Time and sleep of an AVR, by timer 0. The core's use of it, and of the other timers and the
// ADC, is left out with its main(): milliseconds are counted in whole ones here.

#include "avr_drivers.h"
#include "tx_ring.h"

#if OWN_DRIVERS

#include <avr/sleep.h>
#include <util/atomic.h>

static_assert(F_CPU / 64 / kTicksPerMs == 1000, "timer 0 counts milliseconds");

volatile uint32_t timer0_millis;

ISR(TIMER0_OVF_vect) { timer0_millis++; }

// In place of the core's.
int main() {
  // From 0 to 249, a tick every 64 cycles (fast PWM, chapter 8-bit Timer/Counter0).
  OCR0A = kTicksPerMs - 1;
  TCCR0A = _BV(WGM01) | _BV(WGM00);
  TCCR0B = _BV(WGM02) | _BV(CS01) | _BV(CS00);
  TIMSK0 = _BV(TOIE0);
  sei();
  setup();
  for (;;) loop();
}

namespace board {

// Most interrupts move a byte on, and are nothing to the main program.
static bool isNothingNew(uint8_t sinceMs, uint8_t sentTo) {
  if (hasByte() || hasWatched()) return false;
  // Time goes by, or there is room for another piece of a line.
  const uint8_t sent = static_cast<uint8_t>(txRing.tail - sentTo);
  return shortMs() == sinceMs && sent < 16 && (!sent || !txEmpty());
}

void idle() {
  const uint8_t nowMs = shortMs();
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

void stamp(Moment& at) {
  at.ms = timer0_millis;
  at.ticks = TCNT0;
  // A millisecond is over that the interrupt has not counted yet.
  if ((TIFR0 & _BV(TOV0)) && at.ticks < kTicksPerMs - 1) at.ms++;
}

Moment now() {
  Moment moment;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { stamp(moment); }
  return moment;
}

uint32_t nowMs() {
  uint32_t ms = 0;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { ms = timer0_millis; }
  return ms;
}

}  // namespace board

#endif
