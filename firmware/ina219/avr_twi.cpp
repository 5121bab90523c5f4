// Single transfers over the TWI of an AVR like the ATmega328P, each waited for.
// Registers: its datasheet, chapter 2-wire Serial Interface.

#include "avr_drivers.h"

#if OWN_DRIVERS

namespace board {

uint8_t sclDivider = dividerOfScl(400000);
volatile Background background = Background::off;

void beginI2c() {
  TWCR = 0;
  background = Background::off;
  freeBus();
  TWSR = 0;
  TWBR = sclDivider;
  TWCR = _BV(TWEN);
}

void setI2cFast(bool isFast) {
  if (isFast == isI2cFast()) return;
  sclDivider = isFast ? dividerOfScl(400000) : dividerOfScl(100000);
  beginI2c();
}

bool isI2cFast() { return sclDivider == dividerOfScl(400000); }

// A byte takes 23 us, or 90. Whatever takes 1 ms is a line held low or a noise pulse
// that the TWI takes for another master.
constexpr uint16_t kMaxPolls = F_CPU / 10000;  // of 10 cycles

static uint8_t perform(uint8_t control) {
  TWCR = control | _BV(TWINT) | _BV(TWEN);
  for (uint16_t polls = kMaxPolls; polls; polls--) {
    if (TWCR & _BV(TWINT)) return TWSR & 0xF8;
  }
  return 0;
}

static I2c fail() {
  beginI2c();
  return I2c::stuck;
}

// Goes on by itself; there is no interrupt at its end.
static I2c stop(I2c result) {
  TWCR = _BV(TWINT) | _BV(TWEN) | _BV(TWSTO);
  return result;
}

bool isStopped() {
  for (uint16_t polls = kMaxPolls; polls; polls--) {
    if (!(TWCR & _BV(TWSTO))) return true;
  }
  return false;
}

static I2c select(uint8_t addressAndDirection) {
  if (background == Background::reading) beginI2c();
  background = Background::off;
  if (!isStopped()) return fail();
  const uint8_t started = perform(_BV(TWSTA));
  if (started != kStarted && started != kStartedAgain) return fail();
  TWDR = addressAndDirection;
  switch (perform(0)) {
    case kWriteAcked:
    case kReadAcked:
      return I2c::ok;
    case kWriteRefused:
    case kReadRefused:
      return stop(I2c::noAnswer);
    default:
      return fail();
  }
}

I2c readWord(uint8_t address, uint16_t& word) {
  const I2c selected = select(static_cast<uint8_t>(address << 1) | 1);
  if (selected != I2c::ok) return selected;
  if (!perform(_BV(TWEA))) return fail();
  const uint8_t high = TWDR;
  if (!perform(0)) return fail();
  word = static_cast<uint16_t>(high << 8) | TWDR;
  return stop(I2c::ok);
}

static I2c send(uint8_t address, const uint8_t* bytes, uint8_t count) {
  const I2c selected = select(static_cast<uint8_t>(address << 1));
  if (selected != I2c::ok) return selected;
  for (; count; count--) {
    TWDR = *bytes++;
    const uint8_t status = perform(0);
    if (status == 0) return fail();
    if (status != kDataAcked) return stop(I2c::noAnswer);
  }
  return I2c::ok;
}

// No STOP: the read that follows begins with a repeated START, which saves its time.
I2c writePointer(uint8_t address, uint8_t pointer) { return send(address, &pointer, 1); }

I2c writeWord(uint8_t address, uint8_t pointer, uint16_t word) {
  const uint8_t bytes[] = {pointer, static_cast<uint8_t>(word >> 8), static_cast<uint8_t>(word)};
  const I2c sent = send(address, bytes, sizeof bytes);
  return sent == I2c::ok ? stop(I2c::ok) : sent;
}

}  // namespace board

#endif
