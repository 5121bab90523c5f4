#include "alarm.h"

#include "board.h"
#include "outbox.h"
#include "sample.h"
#include "scale.h"
#include "settings.h"

namespace alarm {

namespace {

bool isExceeded;
bool isHigh;    // the pin
uint8_t inRow;  // conversions at the limit
// In counts of the shunt or bus register, or in their product.
int32_t limit;
int32_t release;
int16_t newestShunt;
// Before the first one, nobody knows anything.
uint16_t newestBusStatus = static_cast<uint8_t>(Status::sensorReset);

void set(bool exceeded) {
  if (exceeded == isExceeded) return;
  isExceeded = exceeded;
  outbox::note(exceeded ? Note::thresholdExceeded : Note::thresholdReleased);
}

// The least number of counts that is so much or more.
int32_t toCounts(int32_t micro) {
  // A bus count is 4000 uV.
  if (settings.quantity == Quantity::voltage) return countsOf(micro, 1, 4000, true);
  // A shunt count is 10 / shuntUohm A; by a bus count, 0.04 / shuntUohm W.
  const uint32_t unit = settings.quantity == Quantity::current ? 10000000 : 40000;
  return countsOf(micro, trueShuntUohm(), unit, true);
}

int32_t valueOf(int16_t shunt, uint16_t busStatus) {
  const int16_t bus = static_cast<int16_t>(busStatus >> 3);
  if (settings.quantity == Quantity::voltage) return bus;
  return settings.quantity == Quantity::current ? shunt : static_cast<int32_t>(shunt) * bus;
}

// Clipped and overflown values are too high for their registers: the alarm is right.
bool isJudged() { return static_cast<Status>(newestBusStatus & 7) <= Status::clipped; }

// After a brown-out the next conversion tells.
bool isSensorLost() {
  return !isJudged() && static_cast<Status>(newestBusStatus & 7) != Status::sensorReset;
}

void drivePin() {
  const bool isForced = settings.quantity != Quantity::none &&
                        settings.alarmLost == AlarmLost::on && isSensorLost();
  if (isHigh == (isExceeded || isForced)) return;
  isHigh = !isHigh;
  board::setPin(ALARM_PIN, true, isHigh);
}

void judge() {
  if (isJudged()) {
    const int32_t value = valueOf(newestShunt, newestBusStatus);
    if (value < limit) {
      inRow = 0;
      if (value < release && !settings.isAlarmLatched) set(false);
      return;
    }
    if (inRow < settings.alarmConversions) inRow++;
    if (inRow == settings.alarmConversions) set(true);
  } else if (isSensorLost()) {
    // Nobody knows that the limit is still exceeded.
    inRow = 0;
    if (settings.alarmLost == AlarmLost::off && !settings.isAlarmLatched) set(false);
  }
}

}  // namespace

// The newest conversion is judged anew, by the new limit alone: what was exceeded
// before says nothing of it. Only the next one switches the alarm on.
void settingsChanged() {
  limit = toCounts(settings.limitMicro);
  release = toCounts(settings.releaseMicro);
  inRow = 0;
  if (settings.quantity == Quantity::none || !isJudged() ||
      valueOf(newestShunt, newestBusStatus) < limit) {
    set(false);
  }
  drivePin();
}

void check(int16_t shunt, uint16_t busStatus) {
  newestShunt = shunt;
  newestBusStatus = busStatus;
  if (settings.quantity != Quantity::none) judge();
  drivePin();
}

}  // namespace alarm
