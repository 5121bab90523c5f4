// Power monitor with a TI INA219: samples of voltage and current as lines of
// JSON over the serial port. What goes over the wire: ../PROTOCOL.md; parts,
// wiring and flashing: ../README.md.

#include "alarm.h"
#include "board.h"
#include "commands.h"
#include "outbox.h"
#include "outputs.h"
#include "sample_ring.h"
#include "sampler.h"
#include "settings.h"

void setup() {
  board::begin();
  loadSettings();
  outputs::begin();
  board::setBaud(settings.baud);
  countBoot();
  Context& context = newContext();
  context.shuntUohm = trueShuntUohm();
  context.scale = scaleOf(context.shuntUohm);
  context.isInUs = settings.isInUs;
  alarm::settingsChanged();
  outputs::settingsChanged();
  sampler::begin();
  outbox::hello();
  if (board::resetCause() == board::ResetCause::watchdog) outbox::note(Note::watchdog);
}

void loop() {
  board::feedWatchdog();
  commands::step();
  outputs::step();
  // All conversions that wait, before a line is rendered: that may take as long as two.
  bool isSampling = false;
  for (uint8_t i = 0; i < 8 && !sampler::step(); i++) isSampling = true;
  const bool hasSent = outbox::step();
  if (!isSampling && !hasSent) board::idle();
}
