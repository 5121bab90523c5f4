// Bytes on their way to the host. The line writer fills it, the board empties
// it, on AVR from an interrupt.
#pragma once

#include <stdint.h>

// 256 bytes, so that an 8-bit index wraps by itself: the interrupt has to be
// short, at 1 Mbaud it comes every 160 cycles.
struct TxRing {
  uint8_t bytes[256];
  volatile uint8_t head;  // next one to write; the main program's
  volatile uint8_t tail;  // next one to send; the interrupt's
};

extern TxRing txRing;

// What was written before it is in memory before what is written after it, and
// nothing is read ahead of it. An index alone publishes nothing: volatile orders
// the accesses to itself only, not those to the bytes it stands for.
inline void compilerBarrier() { asm volatile("" ::: "memory"); }

// 0..255 bytes.
inline uint8_t txFree() { return 255 - static_cast<uint8_t>(txRing.head - txRing.tail); }
inline bool txEmpty() { return txRing.head == txRing.tail; }
