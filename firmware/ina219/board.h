// What the rest of the sketch knows of the board. Everything else is plain C++
// over these functions.
// avr_*.cpp are the files written for a certain family of parts.
#pragma once

#include <Arduino.h>

#include "moment.h"

// --- What an owner may want to change -------------------------------------

// Driven HIGH while the threshold is exceeded: an active buzzer or a LED.
// Not D13: the boot loader blinks that.
#ifndef ALARM_PIN
#define ALARM_PIN 2
#endif

// The outputs A to D, HIGH while on: the inputs of relay modules or of load switches.
#ifndef OUTPUT_PINS
#define OUTPUT_PINS {4, 5, 6, 7}
#endif

// 0 for a Nano with the old boot loader (ATmegaBOOT), which does not switch the
// watchdog off and so resets for ever once it has reset the board: after a hang
// with interrupts off, see README.md. Others don't get that far.
// Nor for a part with USB of its own (Leonardo): there the host resets the board
// into its boot loader by the watchdog, which feeding would prevent. Nor for a
// part without MCUSR, which was never tried.
#ifndef USE_WATCHDOG
#if defined(__AVR__) && defined(MCUSR) && !defined(USBCON)
#define USE_WATCHDOG 1
#else
#define USE_WATCHDOG 0
#endif
#endif

// Samples kept for replay: at most so many, where every conversion is a sample, half as
// many means; and the bytes for them, 2 or 4 each where the load is calm, 5 to 13 where it
// is not. 2 KB of RAM leave room for this with 350 bytes free below the deepest
// stack; see README.md before raising it.
#ifndef RING_DEPTH
#define RING_DEPTH 200
#endif
#ifndef RING_BYTES
#if defined(RAMEND) && RAMEND < 0x1000
#define RING_BYTES 420
#else
#define RING_BYTES 3000
#endif
#endif

// --- What the board is ------------------------------------------------------

// An AVR with the first USART and the TWI of the ATmega328P gets drivers of its
// own, that work in the background: a sample at 940 a second has 1064 us, of
// which Wire would take 824 for four registers and HardwareSerial as many for a
// line. Every other core is used through Serial and Wire.
#ifndef OWN_DRIVERS
#if defined(__AVR__) && defined(UDR0) && defined(TWCR) && defined(TWBR)
#define OWN_DRIVERS 1
#else
#define OWN_DRIVERS 0
#endif
#endif

namespace board {

void begin();
// What began this run, as far as the boot loader leaves it known.
enum class ResetCause : uint8_t { unknown, power, external, brownOut, watchdog };
ResetCause resetCause();
// Bytes of RAM that the stack has never come to since then; 0 where nobody knows.
uint16_t stackLeft();
void feedWatchdog();
// Sleeps until the next interrupt, unless something has come in.
void idle();

// --- Pins ------------------------------------------------------------------

// An input that is high is pulled up.
void setPin(uint8_t pin, bool isOutput, bool isHigh);

// --- Serial line, 8N1 ------------------------------------------------------

// Within 2.5 % of what the clock can be divided to, and 9600..1000000.
bool isBaudPossible(uint32_t baud);
void setBaud(uint32_t baud);
// -1: none. A byte that arrived damaged, or before one that was lost, is 0,
// which no valid line contains.
int16_t readByte();
// Sends what is in txRing, as far as that goes at once; to be called often.
void transmit();

// --- I2C, 400 or 100 kHz ---------------------------------------------------

enum class I2c : uint8_t { ok, noAnswer, stuck };

// Nine clock pulses and a STOP, by hand, while nobody has the bus.
void freeBus();
// Frees the bus, then takes it.
void beginI2c();
// 400 kHz, as at the start; else 100, for wires and pull-ups that don't carry that.
void setI2cFast(bool isFast);
bool isI2cFast();
// Two bytes, high one first, from where the part's register pointer stands.
I2c readWord(uint8_t address, uint16_t& word);
// Sets the pointer alone.
I2c writePointer(uint8_t address, uint8_t pointer);
I2c writeWord(uint8_t address, uint8_t pointer, uint16_t word);

// A pair of conversions, as it was read.
struct Conversion {
  int16_t shunt;
  uint16_t bus;    // with kSettingsLost in place of a bit that the sensor leaves 0
  Moment at;     // when it was seen to be complete
};
constexpr uint16_t kSettingsLost = 4;

// Reading one conversion after the other, with OWN_DRIVERS in the background.
enum WatchedRegister : uint8_t { kFlagged, kFirst, kLowering, kKept, kWatched };
struct Watch {
  uint8_t address;
  // Read in this order: the flag is in the low byte of the first; reading the third
  // lowers it, and it is 0 where the sensor has lost its settings; so only then, to be
  // sure, the last one is read, which holds `kept` if it has not.
  uint8_t pointers[kWatched];
  uint8_t readyMask;
  uint16_t kept;
  // Each conversion is started by writing this; false: they follow each other by themselves.
  bool isTriggered;
  uint8_t triggerPointer;
  uint16_t trigger;
  // For so long after the last register was read nothing can be ready, in us.
  uint16_t waitUs;
  // A conversion takes so long that it is seen soon enough at half the bus's rate.
  bool isLong;
};
enum class Watched : uint8_t { pending, ready, noAnswer, stuck };

// Until it is started again, or fails.
void startWatch(const Watch& watch);
// Instead: one register over and over, each word to burst::take; OWN_DRIVERS alone.
void startReadings(uint8_t address, uint8_t pointer);
// `ready`: the oldest one that was not taken yet. Some wait; those that there is no
// room for are lost, or where they are triggered, not started. Of readings: burst::take
// wants no more.
Watched checkWatch(Conversion& conversion);

// --- Time ------------------------------------------------------------------

// Since the start.
Moment now();
uint32_t nowMs();

// --- EEPROM ----------------------------------------------------------------

uint8_t readEeprom(uint16_t address);
// False while a byte is being programmed (3.4 ms on AVR).
bool isEepromReady();
void writeEeprom(uint16_t address, uint8_t value);

}  // namespace board
