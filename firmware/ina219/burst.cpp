#include "burst.h"

#if HAS_BURST

#include "avr_drivers.h"
#include "ina219_sensor.h"
#include "line_writer.h"
#include "lines.h"
#include "outbox.h"
#include "outputs.h"
#include "sample_ring.h"
#include "sampler.h"
#include "settings.h"

namespace burst {

namespace {

constexpr uint16_t kSignMs = 1000;  // between signs of life while it is waited for
constexpr uint16_t kKeptMs = 2000;

// A register that a brown-out has put back to 0, the configuration, and what it then holds.
// No reading of 9 bit is odd.
constexpr int16_t kAfterBrownOut = 0x399F;

enum class State : uint8_t { off, waitingForLine, armed, sending, kept };
State state;
uint16_t sinceMs;
uint16_t number;
enum class Due : uint8_t { none, armed, off, readings };
Due due;
uint8_t nextLine;  // index of its first reading

static_assert(kReadings * sizeof(int16_t) <= RING_BYTES, "the burst lies in the ring");
int16_t* const readings = reinterpret_cast<int16_t*>(record::bytes);

int16_t limit;
bool isFall;
uint8_t pre;

// The interrupt's while it is armed.
uint8_t place;      // of the next reading
uint8_t toCome;     // readings before the trigger may come
uint8_t remaining;  // behind the trigger; 0: it has not come
bool wasBelow;      // the reading before
Moment triggeredAt;
Moment endedAt;

void setState(State newState) {
  state = newState;
  sinceMs = static_cast<uint16_t>(board::nowMs());
}

bool isPast(uint16_t ms) {
  return static_cast<uint16_t>(static_cast<uint16_t>(board::nowMs()) - sinceMs) >= ms;
}

void stop() {
  due = state < State::sending ? Due::off : Due::none;
  if (state >= State::armed) sampler::resume();
  state = State::off;
}

void begin() {
  forgetSamples();
  place = 0;
  toCome = pre;
  remaining = 0;
  wasBelow = false;
  setState(State::armed);
  due = Due::armed;
  if (sensor::startReadings() != board::I2c::ok) stop();
}

void look() {
  switch (sensor::pollReadings()) {
    case sensor::Poll::pending:
      if (!isPast(kSignMs)) return;
      sinceMs += kSignMs;
      due = Due::armed;
      break;
    case sensor::Poll::done:
      if (readings[place ? place - 1 : kReadings - 1] != kAfterBrownOut) {
        number++;
        state = State::sending;
        repeat();
        break;
      }
      outbox::note(Note::sensorReset);
      // fall through
    default:
      stop();
      break;
  }
}

void writeReadings() {
  const Context& context = currentContext();
  line::begin(PSTR("{\"burst\":"));
  line::number(number);
  line::text(PSTR(",\"i\":"));
  line::number(nextLine);
  line::text(PSTR(",\"n\":"));
  line::number(kReadings);
  line::text(PSTR(",\"pre\":"));
  line::number(pre);
  // In hundredths; a tick is 4 us.
  line::text(PSTR(",\"dt\":"));
  line::fixed(ticksBetween(triggeredAt, endedAt) * 400 / (kReadings - 1 - pre), 2);
  line::text(PSTR(",\"shunt\":"));
  line::shortest(context.shuntUohm, 6);
  writeTime(context, triggeredAt);
  line::text(PSTR(",\"c\":"));
  char separator = '[';
  do {
    line::put(separator);
    separator = ',';
    uint16_t at = static_cast<uint16_t>(place) + nextLine;
    if (at >= kReadings) at -= kReadings;
    int16_t counts = readings[at];
    sensor::takeZeroOff(counts);
    if (counts < 0) line::put('-');
    line::number(static_cast<uint16_t>(counts < 0 ? -counts : counts));
  } while (++nextLine % kReadingsPerLine);
  line::put(']');
}

}  // namespace

void arm(int16_t level, bool isFalling, uint8_t prePercent) {
  if (state >= State::armed) sampler::resume();
  sampler::endSample();
  isFall = isFalling;
  limit = level;
  pre = prePercent * (kReadings / 100);
  due = Due::none;
  setState(State::waitingForLine);
}

void end() {
  if (isOn()) stop();
}

bool repeat() {
  if (state < State::sending) return false;
  state = State::sending;
  due = Due::readings;
  nextLine = 0;
  return true;
}

bool isOn() { return state != State::off; }

bool isWaitingForLine() { return state == State::waitingForLine; }

bool step() {
  switch (state) {
    case State::off:
      return false;
    case State::waitingForLine:
      if (outbox::unsentSamples() || !outbox::isReplied()) return false;
      begin();
      break;
    case State::armed:
      look();
      break;
    case State::kept:
      if (isPast(kKeptMs)) stop();
      break;
    default:
      break;
  }
  return true;
}

bool take(int16_t shunt) {
  readings[place] = shunt;
  if (++place == kReadings) place = 0;
  if (shunt == kAfterBrownOut) return false;
  outputs::look(shunt);
  if (remaining) {
    if (--remaining) return true;
    board::stamp(endedAt);
    return false;
  }
  const bool isBelow = isFall ? shunt > limit : shunt < limit;
  if (toCome) {
    toCome--;
  } else if (wasBelow && !isBelow) {
    remaining = kReadings - 1 - pre;
    board::stamp(triggeredAt);
  }
  wasBelow = isBelow;
  return true;
}

bool isLineDue() { return due != Due::none; }

void writeLine() {
  if (due == Due::readings) {
    writeReadings();
    if (nextLine == kReadings) {
      due = Due::none;
      setState(State::kept);
    }
  } else {
    line::begin(due == Due::off ? PSTR("{\"trigger\":\"off\"") : PSTR("{\"trigger\":\"armed\""));
    writeTime(currentContext(), board::now());
    due = Due::none;
  }
  line::end();
}

}  // namespace burst

#endif
