#include "outputs.h"

#include <Arduino.h>

#include "board.h"
#include "outbox.h"
#include "settings.h"
#include "wide.h"

namespace outputs {

namespace {

const uint8_t kPins[kOutputs] = OUTPUT_PINS;

volatile uint8_t on;
volatile uint8_t watched;  // the output that is cut off, as a bit; 0: none
uint8_t watchedPin;
int16_t most;              // shunt counts
uint8_t needed;            // conversions in a row above that
uint8_t seen;
volatile bool hasOpened;

}  // namespace

void begin() {
  for (const uint8_t pin : kPins) board::setPin(pin, true, false);
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
    on = wanted & bit ? on | bit : on & static_cast<uint8_t>(~bit);
    board::setPin(kPins[i], true, wanted & bit);
    interrupts();
  }
  if (on != before) outbox::outputs();
}

void settingsChanged() {
  // A count is 10 / shuntUohm A.
  Wide counts(static_cast<uint32_t>(settings.cutoffUa));
  counts.multiply(settings.shuntUohm);
  counts.divide(10000000);
  const bool isBeyond = !counts.fits32() || counts.low32() > 0x7FFE;
  const uint8_t output = settings.cutoffOutput;
  // All at once: until then the interrupt goes by the old ones.
  noInterrupts();
  most = isBeyond ? 0x7FFF : static_cast<int16_t>(counts.low32());
  needed = settings.cutoffConversions;
  seen = 0;
  watched = output ? static_cast<uint8_t>(1 << (output - 1)) : 0;
  if (output) watchedPin = kPins[output - 1];
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
  on &= static_cast<uint8_t>(~watched);
  board::setPin(watchedPin, true, false);
  hasOpened = true;
}

}  // namespace outputs
