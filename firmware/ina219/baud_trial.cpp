#include "baud_trial.h"

#include <Arduino.h>

#include "outbox.h"
#include "settings.h"

namespace baud_trial {

namespace {

// Longer than a host goes on repeating.
constexpr uint16_t kTrialMs = 10000;
uint32_t baudBefore;  // 0: no trial
uint16_t sinceMs;

}  // namespace

// Of the rates since the host was last heard, the first is the one to go back to.
void begin(uint32_t baud) {
  if (!baudBefore) baudBefore = settings.baud;
  sinceMs = static_cast<uint16_t>(millis());
  settings.baud = baud;
  outbox::switchBaud(baud);
}

void heard() {
  if (outbox::isBaudSteady()) baudBefore = 0;
}

bool isLost() {
  if (!baudBefore || static_cast<uint16_t>(static_cast<uint16_t>(millis()) - sinceMs) < kTrialMs) {
    return false;
  }
  settings.baud = baudBefore;
  baudBefore = 0;
  outbox::switchBaud(settings.baud);
  return true;
}

}  // namespace baud_trial
