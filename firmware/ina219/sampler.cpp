#include "sampler.h"

#include "accumulator.h"
#include "alarm.h"
#include "board.h"
#include "burst.h"
#include "ina219_sensor.h"
#include "outbox.h"
#include "sample_ring.h"
#include "settings.h"

namespace sampler {

namespace {

// A lost sensor is looked for so often, ms; with a shorter interval at each sample.
constexpr uint8_t kFailurePaceMs = 100;

constexpr uint8_t kZeroConversions = 16;

bool isRunning;     // conversions are being read
bool hasRetried;    // since the last one
bool isSensorLost;
Status loss;        // why
bool wasFast = true;
bool isReadRequested;
uint32_t dueMs;
uint16_t triedMs;   // when the sensor was set up last, or a conversion read

Moment lastAt;            // of the newest conversion
bool isContinued;         // the next conversion follows on the newest one
Status worst;             // of the conversions of the sample under way
bool hasHole;             // some of them could not be read
bool isResumed;           // and there were none before it

uint8_t zeroLeft;         // conversions that the zero is still to be measured by
int32_t zeroSum;

void noteTry() { triedMs = static_cast<uint16_t>(board::nowMs()); }
// Is looked at too often for the wrap after 65 s to matter.
bool isPastTry(uint16_t pauseMs) {
  return static_cast<uint16_t>(static_cast<uint16_t>(board::nowMs()) - triedMs) >= pauseMs;
}

// A sample may end at this moment. Where the line has no room for it, it goes on.
bool isDue(uint32_t nowMs) {
  if (isReadRequested) return true;
  if (settings.isPolled || burst::isWaitingForLine()) return false;
  if (settings.intervalMs) {
    // So many may wait where the line is short of room for a while.
    return static_cast<int32_t>(nowMs - dueMs) >= 0 && outbox::unsentSamples() < ringDepth() / 4;
  }
  // So many may wait for a longer line to go out.
  return outbox::unsentSamples() < (settings.isDetailed ? 1 : 3);
}

// The grid stays where it is, whatever a sample took; slots that are over are left out.
void advanceDue(uint32_t nowMs) {
  if (settings.isPolled || settings.intervalMs == 0) return;
  const int32_t lateMs = static_cast<int32_t>(nowMs - dueMs);
  if (lateMs < 0) return;
  const uint32_t slots = static_cast<uint32_t>(lateMs) / settings.intervalMs + 1;
  dueMs += slots * settings.intervalMs;
}

void beginSample() {
  sums.n = 0;
  worst = Status::ok;
  hasHole = false;
  isResumed = false;
}

void push() {
  Sample& sample = sampleAtHand;
  sample.hasDetail = settings.isDetailed;
  sample.detail.totals = totals;
  pushSample();
  outbox::sampleTaken();
}

// What the conversions since the last sample come to.
void pushMean() {
  Sample& sample = sampleAtHand;
  sample.at = lastAt;
  sample.isMean = sums.n > 1;
  sample.shunt = meanShunt();
  if (sample.isMean) sample.power = meanPower(currentContext().scale);
  Status status = worst;
  if (status == Status::ok && ((hasHole && settings.intervalMs) || isResumed) && !settings.isPolled) {
    status = Status::partial;
  }
  sample.busStatus = static_cast<uint16_t>(meanBus() << 3) | static_cast<uint8_t>(status);
  sample.detail.n = sums.n;
  sample.detail.shuntMin = sums.shuntMin;
  sample.detail.shuntMax = sums.shuntMax;
  sample.detail.busMin = sums.busMin;
  sample.detail.busMax = sums.busMax;
  push();
  beginSample();
}

// One without a valid conversion, of which it may have the values.
void pushInvalid(const Moment& at, int16_t shunt, uint16_t busStatus) {
  Sample& sample = sampleAtHand;
  sample.at = at;
  sample.isMean = false;
  sample.shunt = shunt;
  sample.busStatus = busStatus;
  sample.detail.n = 0;
  sample.detail.shuntMin = sample.detail.shuntMax = shunt;
  sample.detail.busMin = sample.detail.busMax = busStatus >> 3;
  push();
  beginSample();
}

void pushLoss(uint32_t nowMs) {
  pushInvalid(board::now(), 0, static_cast<uint8_t>(loss));
  isReadRequested = false;
  advanceDue(nowMs);
}

// What was measured before the loss is a sample of its own.
void lose(Status status) {
  if (!isSensorLost) {
    outbox::note(Note::sensorLost);
    endSample();
  }
  const bool isNew = !settings.isPolled && (!isSensorLost || loss != status);
  isSensorLost = true;
  isRunning = false;
  isContinued = false;
  loss = status;
  alarm::check(0, static_cast<uint8_t>(status));
  const uint32_t nowMs = board::nowMs();
  if (isNew || isDue(nowMs)) pushLoss(nowMs);
}

Status lossOf(board::I2c result) {
  return result == board::I2c::stuck ? Status::busError : Status::noSensor;
}

// One disturbed transfer is no lost sensor: set it up anew and try again, once.
void setUp(bool isRetry) {
  hasRetried = isRetry;
  board::I2c result = sensor::start();
  if (result != board::I2c::ok && !isRetry && !isSensorLost) {
    hasRetried = true;
    result = sensor::start();
  }
  noteTry();
  if (wasFast && !board::isI2cFast()) outbox::note(Note::busSlowed);
  wasFast = board::isI2cFast();
  isRunning = result == board::I2c::ok;
  isContinued = false;
  if (!isRunning) lose(lossOf(result));
}

void disturbed(Status status) {
  if (hasRetried || isSensorLost) {
    lose(status);
  } else {
    setUp(true);
    if (isRunning) hasHole = true;
  }
}

// The time that a conversion stands for, in ticks: since the one before; after a hole
// just the time that it took itself.
uint16_t ticksOf(const sensor::Pair& pair) {
  const uint32_t past = ticksBetween(lastAt, pair.at);
  const bool isNext = isContinued && past <= sensor::mostTicksBetween();
  if (isContinued && !isNext) hasHole = true;
  lastAt = pair.at;
  isContinued = true;
  return isNext ? static_cast<uint16_t>(past) : sensor::pairTicks();
}

void found() {
  noteTry();
  hasRetried = false;
  if (!isSensorLost) return;
  outbox::note(Note::sensorFound);
  isSensorLost = false;
  beginSample();
}

void take(const sensor::Pair& pair) {
  found();
  // Polled, there is no interval to be filled: a sample is one conversion.
  if (settings.isPolled) beginSample();
  accumulate(pair.shunt, pair.busCounts(), ticksOf(pair));
  if (zeroLeft) {
    zeroLeft--;
    zeroSum += pair.shunt;
  }
  const Status status = pair.status();
  if (status > worst) worst = status;
  alarm::check(pair.shunt, pair.busStatus);
  if (!isDue(lastAt.ms)) return;
  pushMean();
  isReadRequested = false;
  advanceDue(lastAt.ms);
}

// Its settings are back; the values are not to be trusted.
void takeVoid(const sensor::Pair& pair) {
  found();
  outbox::note(Note::sensorReset);
  endSample();
  lastAt = pair.at;
  isContinued = false;
  alarm::check(pair.shunt, pair.busStatus);
  pushInvalid(lastAt, pair.shunt, pair.busStatus);
  isReadRequested = false;
}

// True: it is time to look for it.
bool isLookedFor() {
  const uint32_t intervalMs = settings.intervalMs;
  const bool isShort = intervalMs && intervalMs < kFailurePaceMs;
  return isReadRequested || isPastTry(isShort ? static_cast<uint8_t>(intervalMs) : kFailurePaceMs);
}

}  // namespace

void begin() {
  board::beginI2c();
  restartInterval();
}

void endSample() {
  if (sums.n && !settings.isPolled) pushMean();
  beginSample();
}

void measureZero() {
  zeroLeft = kZeroConversions;
  zeroSum = 0;
}

Zero zero() {
  if (isSensorLost) return Zero::lost;
  return zeroLeft ? Zero::pending : Zero::measured;
}

int16_t zeroCounts() {
  return static_cast<int16_t>((zeroSum + kZeroConversions / 2) >> 4) + settings.zeroCounts;
}

void restartInterval() { dueMs = board::nowMs(); }

void settingsChanged() {
  isRunning = false;
  triedMs = static_cast<uint16_t>(board::nowMs()) - kFailurePaceMs;
}

void resume() {
  beginSample();
  isResumed = true;
  settingsChanged();
}

void requestRead() { isReadRequested = true; }
bool isReadDone() { return !isReadRequested; }

__attribute__((noinline)) bool step() {
  const uint32_t nowMs = board::nowMs();
  advanceUnixTime(nowMs);
  if (burst::step()) return true;
  if (!isRunning) {
    if (isSensorLost && !isLookedFor()) {
      // At interval 0 and where it is polled, each look makes one.
      if (!settings.intervalMs || settings.isPolled || !isDue(nowMs)) return true;
      pushLoss(nowMs);
      return false;
    }
    setUp(false);
    return false;
  }
  sensor::Pair pair;
  switch (sensor::poll(pair)) {
    case sensor::Poll::pending:
      if (!isPastTry(sensor::timeoutMs())) return true;
      disturbed(Status::busError);
      break;
    case sensor::Poll::done:
      take(pair);
      break;
    case sensor::Poll::wasReset:
      takeVoid(pair);
      break;
    case sensor::Poll::noAnswer:
      disturbed(Status::noSensor);
      break;
    case sensor::Poll::stuck:
      disturbed(Status::busError);
      break;
  }
  return false;
}

}  // namespace sampler
