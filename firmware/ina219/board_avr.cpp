// Serial line and I2C of an AVR like the ATmega328P, in the background.
// Registers: datasheet of the ATmega328P.

#include "board.h"
#include "tx_ring.h"

#if OWN_DRIVERS

#include <avr/sleep.h>
#include <util/atomic.h>

namespace board {

static volatile Watched watched = Watched::none;  // state of the TWI's watch

// --- USART -----------------------------------------------------------------

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
      "push r24\n\t"
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
      "pop r24\n\t"
      "out __SREG__, r24\n\t"
      "pop r24\n\t"
      "reti\n\t" ::[head] "i"(&txRing.head),
      [tail] "i"(&txRing.tail), [bytes] "i"(&txRing.bytes), [udr] "n"(_SFR_MEM_ADDR(UDR0)),
      [ucsrb] "n"(_SFR_MEM_ADDR(UCSR0B)), [stop] "M"(0xFF & ~_BV(UDRIE0)));
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

// The interrupt must not empty the ring between the test and the bit: it takes
// a byte whenever it is asked.
void transmit() {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    if (!txEmpty() && !(UCSR0B & _BV(UDRIE0))) UCSR0B |= _BV(UDRIE0);
  }
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

void idle() {
  set_sleep_mode(SLEEP_MODE_IDLE);
  cli();
  const bool isWatchOver = watched != Watched::none && watched != Watched::pending;
  if (rxHead == rxTail && !isWatchOver) {
    sleep_enable();
    sei();  // the instruction after it runs before any interrupt
    sleep_cpu();
    sleep_disable();
  }
  sei();
}

// --- TWI -------------------------------------------------------------------

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

static uint8_t sclDivider = dividerOfScl(400000);
static uint8_t pollDivider = dividerOfScl(200000);

// What goes on in the background, by the interrupt.
static volatile uint8_t watchSteps;
static Watch watch;
static Words watchWords;
static uint8_t watchStage;  // index of the register being read
static bool needsPointer;
static bool hasBeenDown;
static uint8_t highByte;
static uint8_t lastSteps;
static uint8_t lastStepMs;

void beginI2c() {
  TWCR = 0;
  watched = Watched::none;
  freeBus();
  TWSR = 0;
  TWBR = sclDivider;
  TWCR = _BV(TWEN);
}

void setI2cFast(bool isFast) {
  if (isFast == isI2cFast()) return;
  sclDivider = isFast ? dividerOfScl(400000) : dividerOfScl(100000);
  pollDivider = isFast ? dividerOfScl(200000) : dividerOfScl(100000);
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

static bool isStopped() {
  for (uint16_t polls = kMaxPolls; polls; polls--) {
    if (!(TWCR & _BV(TWSTO))) return true;
  }
  return false;
}

static I2c select(uint8_t addressAndDirection) {
  if (watched == Watched::pending) beginI2c();
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

void startWatch(const Watch& newWatch) {
  watch = newWatch;
  watchStage = 0;
  hasBeenDown = !watch.mustRise;
  needsPointer = true;
  if (!isStopped()) beginI2c();
  watched = Watched::pending;
  lastStepMs = static_cast<uint8_t>(millis());
  // The interrupt has all of it from here on.
  compilerBarrier();
  TWCR = _BV(TWINT) | _BV(TWEN) | _BV(TWIE) | _BV(TWSTA);
}

// A word is there. False: it was the last.
static inline bool takeWord(uint8_t low) {
  if (watchStage == 0) {
    if (!(low & watch.readyMask)) {
      // Slowly, so that polling leaves the processor to the line; faster than
      // the registers change.
      TWBR = pollDivider;
      hasBeenDown = true;
      return true;
    }
    TWBR = sclDivider;
  }
  needsPointer = true;
  if (!hasBeenDown) {
    watchStage = watchStage == 0 ? 2 : 0;
    return true;
  }
  watchWords.of[watchStage] = static_cast<uint16_t>(highByte << 8) | low;
  watchStage++;
  return watchStage < kWatched;
}

// One step of the master.
ISR(TWI_vect) {
  uint8_t control = _BV(TWINT) | _BV(TWEN) | _BV(TWIE);
  watchSteps++;
  switch (TWSR) {
    case kStarted:
    case kStartedAgain:
      TWDR = static_cast<uint8_t>(watch.address << 1) | !needsPointer;
      break;
    case kWriteAcked:
      TWDR = watch.pointers[watchStage];
      break;
    case kDataAcked:
      needsPointer = false;
      control |= _BV(TWSTA);
      break;
    case kReadAcked:
      control |= _BV(TWEA);
      break;
    case kByteRead:
      highByte = TWDR;
      break;
    case kLastByteRead:
      if (takeWord(TWDR)) {
        control |= _BV(TWSTA);
      } else {
        compilerBarrier();
        watched = Watched::done;
        control = _BV(TWINT) | _BV(TWEN) | _BV(TWSTO);
      }
      break;
    case kWriteRefused:
    case kReadRefused:
      watched = Watched::noAnswer;
      control = _BV(TWINT) | _BV(TWEN) | _BV(TWSTO);
      break;
    default:
      watched = Watched::stuck;
      control = 0;
  }
  TWCR = control;
}

Watched checkWatch(Words& words) {
  const uint8_t nowMs = static_cast<uint8_t>(millis());
  const uint8_t steps = watchSteps;
  if (steps != lastSteps) {
    lastSteps = steps;
    lastStepMs = nowMs;
  }
  Watched seen = watched;
  if (seen == Watched::pending) {
    // A step takes 23 us, up to 90 at 100 kHz.
    if (static_cast<uint8_t>(nowMs - lastStepMs) < 3) return seen;
    seen = Watched::stuck;
  }
  if (seen == Watched::stuck) beginI2c();
  compilerBarrier();
  if (seen == Watched::done) words = watchWords;
  watched = Watched::none;
  return seen;
}

}  // namespace board

#endif
