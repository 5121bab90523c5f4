// Power monitor with a TI INA219: samples of voltage and current as lines of
// JSON over the serial port. What goes over the wire: ../PROTOCOL.md; parts,
// wiring and flashing: ../README.md.

#include "board.h"
#include "commands.h"
#include "outbox.h"
#include "sample_ring.h"
#include "sampler.h"
#include "settings.h"

void setup() {
  board::begin();
  loadSettings();
  board::setBaud(settings.baud);
  countBoot();
  Context context = {};
  context.scale = scaleOf(settings.shuntUohm);
  changeContext(context);
  sampler::begin();
  outbox::hello();
  if (board::wasWatchdogReset()) outbox::note(Note::watchdog);
}

void loop() {
  board::feedWatchdog();
  commands::step();
  const bool isSampling = !sampler::step();
  const bool hasSent = outbox::step();
  if (!isSampling && !hasSent) board::idle();
}
