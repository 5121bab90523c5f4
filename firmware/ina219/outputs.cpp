#include "outputs.h"

#include <Arduino.h>

#include "board.h"
#include "outbox.h"
#include "scale.h"
#include "settings.h"

namespace outputs {

namespace {

const uint8_t kPins[kOutputs] PROGMEM = OUTPUT_PINS;

uint8_t pinOf(uint8_t output) { return pgm_read_byte(kPins + output); }

volatile uint8_t on;
// The same behind a mark: what a reset leaves, and a power cut does not.
#if defined(__AVR__)
uint16_t kept __attribute__((section(".noinit")));
#else
uint16_t kept;
#endif
constexpr uint16_t kMark = 0xA960;
volatile uint8_t watched;  // the output that is cut off, as a bit; 0: none
uint8_t watchedPin;
int16_t most;              // shunt counts
uint8_t needed;            // conversions in a row above that
uint8_t seen;
volatile bool hasOpened;

// Interrupts are off. Without the pins.
void switchTo(uint8_t states) {
  on = states;
  kept = kMark | states;
}

bool isRamLost() {
  const board::ResetCause cause = board::resetCause();
  return cause == board::ResetCause::power || cause == board::ResetCause::brownOut;
}

}  // namespace

void begin() {
  const bool isKept = settings.keepsOutputs && !isRamLost() && (kept & ~15) == kMark;
  switchTo(isKept ? kept & 15 : 0);
  for (uint8_t i = 0; i < kOutputs; i++) board::setPin(pinOf(i), true, on >> i & 1);
}

uint8_t states() { return on; }

void set(uint8_t named, uint8_t wanted) {
  const uint8_t before = on;
  for (uint8_t i = 0; i < kOutputs; i++) {
    const uint8_t bit = static_cast<uint8_t>(1 << i);
    if (!(named & bit)) continue;
    // With its pin, for the interrupt looks at it.
    noInterrupts();
    if (bit == watched) seen = 0;
    switchTo(wanted & bit ? on | bit : on & static_cast<uint8_t>(~bit));
    board::setPin(pinOf(i), true, wanted & bit);
    interrupts();
  }
  if (on != before) outbox::outputs();
}

void settingsChanged() {
  // A count is 10 / shuntUohm A.
  const int32_t counts = countsOf(settings.cutoffUa, trueShuntUohm(), 10000000, false);
  // As the interrupt reads it.
  const int32_t limit = counts < 0x7FFF ? counts + settings.zeroCounts : 0x7FFF;
  const uint8_t output = settings.cutoffOutput;
  // All at once: until then the interrupt goes by the old ones.
  noInterrupts();
  most = limit < 0x7FFF ? static_cast<int16_t>(limit) : 0x7FFF;
  needed = settings.cutoffConversions;
  seen = 0;
  watched = output ? static_cast<uint8_t>(1 << (output - 1)) : 0;
  if (output) watchedPin = pinOf(output - 1);
  interrupts();
}

void step() {
  if (!hasOpened) return;
  hasOpened = false;
  outbox::outputs();
  outbox::note(Note::cutOff);
}

// Not by the settings, which the main program may be changing.
void look(int16_t shunt) {
  if (!(on & watched)) return;
  if (shunt <= most) {
    seen = 0;
    return;
  }
  if (++seen < needed) return;
  switchTo(on & static_cast<uint8_t>(~watched));
  board::setPin(watchedPin, true, false);
  hasOpened = true;
}

}  // namespace outputs
