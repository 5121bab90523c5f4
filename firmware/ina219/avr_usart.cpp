// Serial line of an AVR with the first USART of the ATmega328P, by interrupts.
// Registers: its datasheet, chapter USART0.

#include "avr_drivers.h"
#include "tx_ring.h"

#if OWN_DRIVERS

namespace board {

constexpr uint8_t kRxSize = 128;  // a power of two; the longest command and then some
static uint8_t rxBytes[kRxSize];
static volatile uint8_t rxHead;
static volatile uint8_t rxTail;

#if defined(USART_RX_vect)
#define RX_VECTOR USART_RX_vect
#define UDRE_VECTOR USART_UDRE_vect
#else
#define RX_VECTOR USART0_RX_vect
#define UDRE_VECTOR USART0_UDRE_vect
#endif

ISR(RX_VECTOR) {
  const uint8_t errors = UCSR0A & (_BV(FE0) | _BV(DOR0));
  uint8_t byte = UDR0;
  // A lost digit would make a valid line with another value: spoil the line.
  if (errors) byte = 0;
  const uint8_t head = rxHead;
  const uint8_t next = (head + 1) & (kRxSize - 1);
  if (next == rxTail) {
    // The line that loses a byte is spoiled, but its end is kept, or the next one
    // were lost with it. One that loses its beginning needs no more.
    uint8_t& last = rxBytes[(head - 1) & (kRxSize - 1)];
    if (byte == '\n') {
      rxBytes[(head - 2) & (kRxSize - 1)] = 0;
      last = '\n';
    } else if (last != '\n') {
      last = 0;
    }
    return;
  }
  rxBytes[head] = byte;
  compilerBarrier();
  rxHead = next;
}

// UDR0 = bytes[tail++]; if (tail == head) stop asking;
// In assembler, because at 1 Mbaud it comes every 160 cycles: 43 in place of the
// 57 of the compiler, which also saves r0, r1 and a zero that it does not use.
ISR(UDRE_VECTOR, ISR_NAKED) {
  asm volatile(
      "push r24\n\t"
      "in r24, __SREG__\n\t"
      "out %[kept], r24\n\t"
      "push r30\n\t"
      "push r31\n\t"
      "lds r30, %[tail]\n\t"
      "mov r24, r30\n\t"
      "inc r24\n\t"
      "sts %[tail], r24\n\t"
      "ldi r31, 0\n\t"
      "subi r30, lo8(-(%[bytes]))\n\t"
      "sbci r31, hi8(-(%[bytes]))\n\t"
      "ld r30, Z\n\t"
      "sts %[udr], r30\n\t"
      "lds r30, %[head]\n\t"
      "cp r24, r30\n\t"
      "brne 1f\n\t"
      "lds r24, %[ucsrb]\n\t"
      "andi r24, %[stop]\n\t"
      "sts %[ucsrb], r24\n"
      "1:\n\t"
      "pop r31\n\t"
      "pop r30\n\t"
      "in r24, %[kept]\n\t"
      "out __SREG__, r24\n\t"
      "pop r24\n\t"
      "reti\n\t" ::[head] "i"(&txRing.head),
      [tail] "i"(&txRing.tail), [bytes] "i"(&txRing.bytes), [udr] "n"(_SFR_MEM_ADDR(UDR0)),
      [ucsrb] "n"(_SFR_MEM_ADDR(UCSR0B)), [stop] "M"(0xFF & ~_BV(UDRIE0)),
      [kept] "I"(_SFR_IO_ADDR(GPIOR2)));
}

int16_t readByte() {
  const uint8_t tail = rxTail;
  if (tail == rxHead) return -1;
  compilerBarrier();
  const uint8_t byte = rxBytes[tail];
  // From then on the interrupt may overwrite it.
  compilerBarrier();
  rxTail = (tail + 1) & (kRxSize - 1);
  return byte;
}

bool hasByte() { return rxHead != rxTail; }

// Where the bit is off the interrupt does not come, and nobody else changes it.
void transmit() {
  if (!(UCSR0B & _BV(UDRIE0)) && !txEmpty()) UCSR0B |= _BV(UDRIE0);
}

// Double speed: the finer divider.
static uint16_t dividerOf(uint32_t baud) { return (F_CPU / 4 / baud + 1) / 2; }

bool isBaudPossible(uint32_t baud) {
  if (baud < 9600 || baud > 1000000) return false;
  const uint32_t actual = F_CPU / 8 / dividerOf(baud);
  const uint32_t error = actual > baud ? actual - baud : baud - actual;
  return error * 40 <= baud;
}

void setBaud(uint32_t baud) {
  UCSR0B = 0;
  UBRR0 = dividerOf(baud) - 1;
  UCSR0A = _BV(U2X0);
  UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
  UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
}

}  // namespace board

#endif
