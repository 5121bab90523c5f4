#include "baud_trial.h"

#include <Arduino.h>

#include "outbox.h"
#include "settings.h"

namespace baud_trial {

namespace {

// Longer than a host goes on repeating.
constexpr uint16_t kTrialMs = 10000;
bool isOnTrial;
uint32_t baudBefore;
uint16_t sinceMs;

}  // namespace

// Of the rates since the host was last heard, the first is the one to go back to.
void begin(uint32_t baud) {
  if (!isOnTrial) baudBefore = settings.baud;
  isOnTrial = true;
  sinceMs = static_cast<uint16_t>(board::nowMs());
  settings.baud = baud;
  outbox::switchBaud();
}

void heard() {
  if (outbox::isBaudSteady()) isOnTrial = false;
}

bool isLost() {
  if (!isOnTrial || static_cast<uint16_t>(static_cast<uint16_t>(board::nowMs()) - sinceMs) < kTrialMs) {
    return false;
  }
  settings.baud = baudBefore;
  isOnTrial = false;
  outbox::switchBaud();
  return true;
}

}  // namespace baud_trial
