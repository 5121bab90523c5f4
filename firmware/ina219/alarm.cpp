#include "alarm.h"

#include "board.h"
#include "outbox.h"
#include "sample_ring.h"
#include "settings.h"
#include "wide.h"

namespace alarm {

namespace {

bool isOn;
// In counts of the shunt or bus register, or in their product.
int32_t limit;
int32_t release;
int16_t newestShunt;
uint16_t newestBusStatus = static_cast<uint8_t>(Status::noSensor);

void set(bool on) {
  if (on == isOn) return;
  isOn = on;
  board::setPin(ALARM_PIN, true, on);
  outbox::note(on ? Note::thresholdExceeded : Note::thresholdReleased);
}

// The least number of counts that is so many uA, uV or uW or more; saturates.
int32_t toCounts(int32_t micro) {
  const bool isNegative = micro < 0;
  Wide counts(static_cast<uint32_t>(isNegative ? -micro : micro));
  uint32_t unit = 4000;  // a bus count is 4000 uV
  if (settings.quantity != Quantity::voltage) {
    counts.multiply(settings.shuntUohm);
    // A shunt count is 10 / shuntUohm A; by a bus count, 0.04 / shuntUohm W.
    unit = settings.quantity == Quantity::current ? 10000000 : 40000;
  }
  if (!isNegative) counts.add(unit - 1);
  counts.divide(unit);
  int32_t magnitude = static_cast<int32_t>(counts.low32());
  if (!counts.fits32() || magnitude < 0) magnitude = 0x7FFFFFFF;
  return isNegative ? -magnitude : magnitude;
}

int32_t valueOf(int16_t shunt, uint16_t busStatus) {
  const int16_t bus = static_cast<int16_t>(busStatus >> 3);
  if (settings.quantity == Quantity::voltage) return bus;
  return settings.quantity == Quantity::current ? shunt : static_cast<int32_t>(shunt) * bus;
}

// Clipped and overflown values are too high for their registers: the alarm is right.
bool isJudged(uint16_t busStatus) {
  return static_cast<Status>(busStatus & 7) <= Status::clipped;
}

}  // namespace

// The newest conversion is judged anew, by the new limit alone: what was exceeded
// before says nothing of it. Only the next one switches the alarm on.
void settingsChanged() {
  limit = toCounts(settings.limitMicro);
  release = toCounts(settings.releaseMicro);
  if (settings.quantity == Quantity::none || !isJudged(newestBusStatus) ||
      valueOf(newestShunt, newestBusStatus) < limit) {
    set(false);
  }
}

void check(int16_t shunt, uint16_t busStatus) {
  newestShunt = shunt;
  newestBusStatus = busStatus;
  if (settings.quantity == Quantity::none) return;
  if (!isJudged(busStatus)) {
    // Nobody knows that the limit is still exceeded. After a brown-out the next one tells.
    if (static_cast<Status>(busStatus & 7) != Status::sensorReset) set(false);
    return;
  }
  const int32_t value = valueOf(shunt, busStatus);
  if (value >= limit) {
    set(true);
  } else if (value < release) {
    set(false);
  }
}

}  // namespace alarm
