#include "board.h"

#include <EEPROM.h>

#include "tx_ring.h"

#if defined(__AVR__)
#include <util/delay.h>
#endif
#if USE_WATCHDOG
#include <avr/wdt.h>
#endif

TxRing txRing;

namespace board {

// --- Reset and watchdog ----------------------------------------------------

#if USE_WATCHDOG

// After a watchdog reset the watchdog stays on with its shortest time, 16 ms
// (chapter Watchdog Timer): it must be off before RAM is cleared, so in .init3.
// A boot loader may have cleared MCUSR already; then the cause is not known.
static uint8_t resetFlags __attribute__((section(".noinit")));
static uint16_t restartMark __attribute__((section(".noinit")));
constexpr uint16_t kRestarted = 0x57D0;
void disableWatchdogEarly() __attribute__((naked, used, section(".init3")));
void disableWatchdogEarly() {
  resetFlags = MCUSR;
  if (restartMark == kRestarted) resetFlags |= _BV(WDRF);
  restartMark = 0;
  MCUSR = 0;
  wdt_disable();
}

#if OWN_DRIVERS
// The watchdog's first time-out is this interrupt, only the second one a reset:
// an old boot loader leaves the watchdog on after that, and is reset again before
// it gets to the program, for ever. So the program starts again by itself, as
// from a reset as far as it matters here: watchdog off, nothing that interrupts.
// The rest is set by whoever uses it. Nothing is saved, for nothing returns.
ISR(WDT_vect, ISR_NAKED) {
  asm volatile("clr __zero_reg__");
  wdt_disable();
  UCSR0B = 0;
  TWCR = 0;
  TIMSK0 = 0;
  restartMark = kRestarted;
  asm volatile("jmp __vectors");
  __builtin_unreachable();
}
#endif

ResetCause resetCause() {
  if (resetFlags & _BV(WDRF)) return ResetCause::watchdog;
  // At power-on the brown-out detector sees one, too.
  if (resetFlags & _BV(PORF)) return ResetCause::power;
  if (resetFlags & _BV(BORF)) return ResetCause::brownOut;
  return resetFlags & _BV(EXTRF) ? ResetCause::external : ResetCause::unknown;
}

void feedWatchdog() { wdt_reset(); }

#else

ResetCause resetCause() { return ResetCause::unknown; }
void feedWatchdog() {}

#endif

void begin() {
  // Ends the line that a reset cut, or hello would be taken for its rest
  // (PROTOCOL.md 4). Always: the cut one may have been half rendered, or wholly
  // in the USART, and an empty line harms nobody.
  txRing.bytes[0] = '\n';
  compilerBarrier();
  txRing.head = 1;
  setPin(ALARM_PIN, true, false);
#if USE_WATCHDOG
  wdt_enable(WDTO_2S);
#if OWN_DRIVERS
  WDTCSR |= _BV(WDIE);
#endif
#endif
}

// --- Stack -----------------------------------------------------------------

#if defined(__AVR__)

extern "C" uint8_t _end;  // behind the last variable; from there on the stack's
constexpr uint8_t kPaint = 0xC5;

// Before there is a stack.
void paintStack() __attribute__((naked, used, section(".init3")));
void paintStack() {
  for (uint8_t* at = &_end; at <= reinterpret_cast<uint8_t*>(RAMEND); at++) *at = kPaint;
}

uint16_t stackLeft() {
  const uint8_t* at = &_end;
  while (*at == kPaint) at++;
  return at - &_end;
}

#else
uint16_t stackLeft() { return 0; }
#endif

// --- Pins ------------------------------------------------------------------

#if defined(__AVR__)
// pinMode() and digitalWrite() take three times the code: they look for PWM on it.
void setPin(uint8_t pin, bool isOutput, bool isHigh) {
  const uint8_t mask = digitalPinToBitMask(pin);
  const uint8_t port = digitalPinToPort(pin);
  volatile uint8_t* const direction = portModeRegister(port);
  volatile uint8_t* const level = portOutputRegister(port);
  const uint8_t status = SREG;
  noInterrupts();
  // Never high against somebody who holds it low on its way to an input.
  if (!isOutput) *direction &= static_cast<uint8_t>(~mask);
  *level = isHigh ? *level | mask : *level & static_cast<uint8_t>(~mask);
  if (isOutput) *direction |= mask;
  SREG = status;
}
#else
void setPin(uint8_t pin, bool isOutput, bool isHigh) {
  if (isOutput) {
    digitalWrite(pin, isHigh ? HIGH : LOW);
    pinMode(pin, OUTPUT);
  } else {
    pinMode(pin, isHigh ? INPUT_PULLUP : INPUT);
  }
}
#endif

// --- EEPROM ----------------------------------------------------------------

uint8_t readEeprom(uint16_t address) { return EEPROM.read(static_cast<int>(address)); }

#if defined(__AVR__)
bool isEepromReady() { return eeprom_is_ready(); }
#else
bool isEepromReady() { return true; }
#endif

void writeEeprom(uint16_t address, uint8_t value) {
  if (readEeprom(address) != value) EEPROM.write(static_cast<int>(address), value);
}

// --- Freeing the I2C bus ---------------------------------------------------

// 5 us, of a clock of 100 kHz.
static void halfClock() {
#if defined(__AVR__)
  _delay_us(5);
#else
  delayMicroseconds(5);
#endif
}

static void pullLow(uint8_t pin) {
  setPin(pin, true, false);
  halfClock();
}

static void release(uint8_t pin) {
  setPin(pin, false, true);
  halfClock();
}

// A reset in the middle of a read leaves the sensor driving SDA. Nine clock
// pulses bring it past any byte and its acknowledge, a STOP ends the transfer
// (I2C-bus specification UM10204, 3.1.16).
void freeBus() {
  release(SDA);
  release(SCL);
  for (uint8_t pulse = 0; pulse < 9; pulse++) {
    pullLow(SCL);
    release(SCL);
  }
  pullLow(SCL);
  pullLow(SDA);
  release(SCL);
  release(SDA);
}

}  // namespace board
