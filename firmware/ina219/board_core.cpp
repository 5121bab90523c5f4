// Serial line and I2C through Serial and Wire of whatever core there is.

#include "board.h"
#include "outputs.h"
#include "tx_ring.h"

#if !OWN_DRIVERS

#include <Wire.h>
// The AVR core has had the timeout since 1.8.3, but not always the macro that says so.
#if defined(WIRE_HAS_TIMEOUT) || defined(__AVR__)
#define HAS_TIMEOUT 1
#else
#define HAS_TIMEOUT 0
#endif

namespace board {

int16_t readByte() {
  return Serial.available() > 0 ? static_cast<int16_t>(Serial.read()) : -1;
}

void transmit() {
  while (!txEmpty() && Serial.availableForWrite() > 0) {
    Serial.write(txRing.bytes[txRing.tail]);
    txRing.tail = txRing.tail + 1;
  }
}

bool isBaudPossible(uint32_t baud) { return baud >= 9600 && baud <= 1000000; }

void setBaud(uint32_t baud) {
  Serial.flush();
  Serial.begin(baud);
}

void idle() {}

static bool isFastNow = true;

bool isI2cFast() { return isFastNow; }

void setI2cFast(bool isFast) {
  if (isFast == isFastNow) return;
  isFastNow = isFast;
  beginI2c();
}

void beginI2c() {
  Wire.end();
  freeBus();
  Wire.begin();
  Wire.setClock(isFastNow ? 400000 : 100000);
#if HAS_TIMEOUT
  Wire.setWireTimeout(3000, true);
#endif
}

static I2c resultOf(uint8_t wireError) {
  if (wireError == 0) return I2c::ok;
  if (wireError == 2 || wireError == 3) return I2c::noAnswer;
  beginI2c();
  return I2c::stuck;
}

I2c readWord(uint8_t address, uint16_t& word) {
  if (Wire.requestFrom(address, static_cast<uint8_t>(2)) != 2) {
#if HAS_TIMEOUT
    if (Wire.getWireTimeoutFlag()) {
      Wire.clearWireTimeoutFlag();
      return resultOf(5);
    }
#endif
    return I2c::noAnswer;
  }
  const uint8_t high = static_cast<uint8_t>(Wire.read());
  word = static_cast<uint16_t>(high << 8) | static_cast<uint8_t>(Wire.read());
  return I2c::ok;
}

I2c writePointer(uint8_t address, uint8_t pointer) {
  Wire.beginTransmission(address);
  Wire.write(pointer);
  return resultOf(Wire.endTransmission(false));
}

I2c writeWord(uint8_t address, uint8_t pointer, uint16_t word) {
  Wire.beginTransmission(address);
  Wire.write(pointer);
  Wire.write(static_cast<uint8_t>(word >> 8));
  Wire.write(static_cast<uint8_t>(word));
  return resultOf(Wire.endTransmission());
}

static Watch watch;
static bool isStarted;  // the trigger of the conversion to come was written

void startWatch(const Watch& newWatch) {
  watch = newWatch;
  isStarted = false;
}

static I2c look(Conversion& conversion, bool& isReady) {
  I2c result = I2c::ok;
  if (!isStarted) {
    result = writeWord(watch.address, watch.triggerPointer, watch.trigger);
    isStarted = result == I2c::ok;
  }
  uint16_t words[kWatched] = {};
  for (uint8_t i = 0; i < kWatched && result == I2c::ok; i++) {
    result = writePointer(watch.address, watch.pointers[i]);
    if (result == I2c::ok) result = readWord(watch.address, words[i]);
    if (i == kFlagged && !(words[kFlagged] & watch.readyMask)) return result;
  }
  isReady = result == I2c::ok;
  isStarted = false;
  conversion.at = now();
  conversion.shunt = static_cast<int16_t>(words[kFirst]);
  if (isReady) outputs::look(conversion.shunt);
  conversion.bus = words[kFlagged] & ~kSettingsLost;
  if (words[kKept] != watch.kept) conversion.bus |= kSettingsLost;
  return result;
}

// Each call is one look; the caller may have been away for long in between, so
// each conversion is triggered.
Watched checkWatch(Conversion& conversion) {
  bool isReady = false;
  conversion = {};
  const I2c result = look(conversion, isReady);
  if (result != I2c::ok) return result == I2c::noAnswer ? Watched::noAnswer : Watched::stuck;
  return isReady ? Watched::ready : Watched::pending;
}

// These cores do not say how millis() and micros() belong together, so by micros() alone;
// it wraps after 71 minutes, and is looked at more often.
Moment now() {
  static uint32_t ms;
  static uint32_t countedUs;
  const uint32_t past = micros() - countedUs;
  const uint16_t us = past % 1000;
  ms += past / 1000;
  countedUs += past - us;
  return {ms, static_cast<uint8_t>(us / 4)};
}

uint32_t nowMs() { return now().ms; }

}  // namespace board

#endif
