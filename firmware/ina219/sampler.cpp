#include "sampler.h"

#include "alarm.h"
#include "board.h"
#include "ina219_sensor.h"
#include "outbox.h"
#include "sample_ring.h"
#include "settings.h"
#include "tx_ring.h"

namespace sampler {

namespace {

// Without a sensor there are no conversions to be paced by: so many ms between samples at least.
constexpr uint32_t kFailurePaceMs = 100;
// Samples taken but not sent, where the line is short of room for a while.
constexpr uint8_t kMaxUnsent = RING_DEPTH / 4;

bool isAcquiring;
bool hasRetried;
bool isReadRequested;
bool isConfigured;
bool isSensorLost;
bool wasFast = true;
uint32_t dueMs;
uint32_t startedMs;

// Signed, so that it holds over the wrap of millis() after 49.7 days, and for a
// `sinceMs` that was taken a moment after `nowMs`.
bool isPast(uint32_t sinceMs, uint32_t intervalMs, uint32_t nowMs) {
  return static_cast<int32_t>(nowMs - sinceMs) >= static_cast<int32_t>(intervalMs);
}

bool isWanted(uint32_t nowMs) {
  if (isReadRequested) return true;
  if (settings.isPolled) return false;
  if (settings.intervalMs) {
    return isPast(dueMs, 0, nowMs) && outbox::unsentSamples() < kMaxUnsent;
  }
  // Every conversion: as many as the line carries, none is taken that could not be sent.
  if (isSensorLost && !isPast(startedMs, kFailurePaceMs, nowMs)) return false;
  // One may wait to be rendered while the next is being read.
  return outbox::unsentSamples() < 2 && txFree() >= kSampleRoom;
}

// The grid stays where it is, whatever a sample took; slots that are over are left out.
void advanceDue(uint32_t nowMs) {
  if (settings.isPolled || settings.intervalMs == 0) return;
  const int32_t lateMs = static_cast<int32_t>(nowMs - dueMs);
  if (lateMs < 0) return;
  const uint32_t slots = static_cast<uint32_t>(lateMs) / settings.intervalMs + 1;
  dueMs += slots * settings.intervalMs;
}

void finish(int16_t shunt, uint16_t busStatus) {
  const RawSample sample = {millis(), shunt, busStatus};
  pushSample(sample);
  outbox::sampleTaken();
  alarm::check(sample);
  isAcquiring = false;
  isReadRequested = false;
}

void fail(bool isStuck) {
  isConfigured = false;
  if (!isSensorLost) outbox::note(Note::sensorLost);
  isSensorLost = true;
  finish(0, static_cast<uint8_t>(isStuck ? Status::busError : Status::noSensor));
}

// One disturbed transfer is no lost sensor: set it up anew and try again, once.
void begin(bool isRetry) {
  isAcquiring = true;
  hasRetried = isRetry;
  startedMs = millis();
  board::I2c result = isConfigured && !isRetry ? board::I2c::ok : sensor::configure();
  if (result == board::I2c::ok) result = sensor::start();
  isConfigured = result == board::I2c::ok;
  if (wasFast && !board::isI2cFast()) outbox::note(Note::busSlowed);
  wasFast = board::isI2cFast();
  if (isConfigured) {
    if (isSensorLost) outbox::note(Note::sensorFound);
    isSensorLost = false;
  } else if (isRetry || isSensorLost) {
    fail(result == board::I2c::stuck);
  } else {
    begin(true);
  }
}

void disturbed(bool isStuck) {
  if (hasRetried) {
    fail(isStuck);
  } else {
    begin(true);
  }
}

}  // namespace

void begin() {
  board::beginI2c();
  sensor::configure();
  restartInterval();
}

void restartInterval() {
  dueMs = millis();
  // Not from before a wrap of millis().
  if (!isAcquiring) startedMs = dueMs - kFailurePaceMs;
}

void settingsChanged() {
  isConfigured = false;
  // A pair converted with the old settings must not be judged by the new ones.
  if (isAcquiring) begin(false);
}

void requestRead() { isReadRequested = true; }
bool isReadDone() { return !isReadRequested; }

bool step() {
  const uint32_t nowMs = millis();
  advanceUnixTime(nowMs);
  if (!isAcquiring) {
    if (!isWanted(nowMs)) return true;
    advanceDue(nowMs);
    begin(false);
    if (!isAcquiring) return false;
  }
  sensor::Pair pair = {};
  switch (sensor::poll(pair)) {
    case sensor::Poll::pending:
      if (isPast(startedMs, sensor::timeoutMs(), nowMs)) disturbed(true);
      return true;
    case sensor::Poll::wasReset:
      outbox::note(Note::sensorReset);
      // Its settings are back; the values are not to be trusted.
      finish(pair.shunt, pair.busStatus);
      break;
    case sensor::Poll::done:
      finish(pair.shunt, pair.busStatus);
      // One that is due already has to be watched for while this one is rendered.
      if (isWanted(nowMs)) {
        advanceDue(nowMs);
        begin(false);
      }
      break;
    case sensor::Poll::noAnswer:
      disturbed(false);
      break;
    case sensor::Poll::stuck:
      disturbed(true);
      break;
  }
  return false;
}

}  // namespace sampler
