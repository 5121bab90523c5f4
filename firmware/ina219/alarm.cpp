#include "alarm.h"

#include "board.h"
#include "outbox.h"
#include "settings.h"

namespace alarm {

namespace {

bool isOn;

void set(bool on) {
  if (on == isOn) return;
  isOn = on;
  digitalWrite(ALARM_PIN, on ? HIGH : LOW);
  outbox::note(on ? Note::thresholdExceeded : Note::thresholdReleased);
}

// In millionths; saturates where it would not fit, far beyond any limit.
int32_t toMicro(uint32_t magnitude, uint8_t decimals, bool isNegative) {
  for (; decimals > 6; decimals--) magnitude /= 10;
  for (; decimals < 6; decimals++) magnitude = magnitude > 200000000 ? 2000000000 : magnitude * 10;
  const int32_t value = magnitude > 2000000000 ? 2000000000 : static_cast<int32_t>(magnitude);
  return isNegative ? -value : value;
}

int32_t valueOf(const RawSample& sample) {
  if (settings.quantity == Quantity::voltage) {
    return toMicro(sample.busCounts() * kBusLsbMv, kVoltageDecimals, false);
  }
  const Scale& scale = currentContext().scale;
  const uint32_t current = currentMagnitude(scale, sample.shunt);
  const bool isNegative = sample.shunt < 0;
  if (settings.quantity == Quantity::current) return toMicro(current, scale.decimals, isNegative);
  return toMicro(powerMagnitude(current, sample.busCounts()), scale.decimals + 1, isNegative);
}

// Clipped and overflown values are too high for their registers: the alarm is right.
bool isJudged(const RawSample& sample) { return sample.status() <= Status::clipped; }

}  // namespace

// The newest sample is judged anew, by the new limit alone: what was exceeded
// before says nothing of it. Only the next sample switches the alarm on.
void settingsChanged() {
  RawSample newest;
  if (settings.quantity == Quantity::none || !copySample(nextSeq - 1, newest) ||
      !isJudged(newest) || valueOf(newest) < settings.limitMicro) {
    set(false);
  }
}

void check(const RawSample& sample) {
  if (settings.quantity == Quantity::none) return;
  if (!isJudged(sample)) {
    // Nobody knows that the limit is still exceeded. After a brown-out the next sample tells.
    if (sample.status() != Status::sensorReset) set(false);
    return;
  }
  const int32_t value = valueOf(sample);
  if (value >= settings.limitMicro) {
    set(true);
  } else if (value < settings.releaseMicro) {
    set(false);
  }
}

}  // namespace alarm
