// What the rest of the sketch knows of the board. Everything else is plain C++
// over these functions and the core's millis(), pinMode() and digitalWrite().
// board_avr.cpp is the one file written for a certain family of parts.
#pragma once

#include <Arduino.h>

// --- What an owner may want to change -------------------------------------

// Driven HIGH while the threshold is exceeded: an active buzzer or a LED.
#ifndef ALARM_PIN
#ifdef LED_BUILTIN
#define ALARM_PIN LED_BUILTIN
#else
#define ALARM_PIN 13
#endif
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

// Samples kept for replay, 8 bytes each. 2 KB of RAM leave room for this many
// with 400 bytes free below the deepest stack; see README.md before raising it.
#ifndef RING_DEPTH
#if defined(RAMEND) && RAMEND < 0x1000
#define RING_DEPTH 98
#else
#define RING_DEPTH 240
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
// True: the watchdog ended the run before this one.
bool wasWatchdogReset();
void feedWatchdog();
// Sleeps until the next interrupt, unless something has come in.
void idle();

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

// Reading registers as soon as a flag rises; with OWN_DRIVERS in the background.
constexpr uint8_t kWatched = 4;
struct Watch {
  uint8_t address;
  uint8_t pointers[kWatched];  // the flag is in the first register
  uint8_t readyMask;           // of its low byte
  bool mustRise;               // a flag that is up from the beginning does not count;
                               // reading the third register lowers it
};
enum class Watched : uint8_t { none, pending, done, noAnswer, stuck };
struct Words {
  uint16_t of[kWatched];
};

void startWatch(const Watch& watch);
// The words are there once it says `done`; what is over is said once, then it is `none`.
Watched checkWatch(Words& words);

// --- EEPROM ----------------------------------------------------------------

uint8_t readEeprom(uint16_t address);
// False while a byte is being programmed (3.4 ms on AVR).
bool isEepromReady();
void writeEeprom(uint16_t address, uint8_t value);

}  // namespace board
