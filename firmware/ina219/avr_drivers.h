// What the drivers for AVR know of each other: avr_usart, avr_twi, avr_watch, avr_timer.
#pragma once

#include "board.h"

#if OWN_DRIVERS

// Name that tests place a value by.
extern "C" volatile uint32_t timer0_millis;
// Its lowest byte, which needs no care.
inline uint8_t shortMs() { return *reinterpret_cast<volatile uint8_t*>(&timer0_millis); }

namespace board {

// A byte waits.
bool hasByte();
// A conversion waits, or why there will be none.
bool hasWatched();

// As now(), with interrupts off.
void stamp(Moment& at);

// --- TWI ---

// Status codes of the master (chapter 2-wire Serial Interface, Transmission Modes).
enum : uint8_t {
  kStarted = 0x08,
  kStartedAgain = 0x10,
  kWriteAcked = 0x18,
  kWriteRefused = 0x20,
  kDataAcked = 0x28,
  kByteRead = 0x50,
  kLastByteRead = 0x58,
  kReadAcked = 0x40,
  kReadRefused = 0x48,
};

constexpr uint8_t dividerOfScl(uint32_t hz) { return (F_CPU / hz - 16) / 2; }
extern uint8_t sclDivider;  // TWBR at the rate in force

// What the TWI does in the background; `noAnswer` and `stuck` end it.
enum class Background : uint8_t { off, reading, waitingForRoom, over, noAnswer, stuck };
extern volatile Background background;

// Waits for the STOP that was asked for. False: it does not come.
bool isStopped();

}  // namespace board

#endif
