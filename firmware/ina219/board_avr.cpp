// Serial line and I2C of an AVR like the ATmega328P, in the background.
// Registers: datasheet of the ATmega328P.

#include "board.h"
#include "outputs.h"
#include "tx_ring.h"

#if OWN_DRIVERS

#include <avr/sleep.h>
#include <util/atomic.h>

// The core's, wiring.c.
extern "C" {
extern volatile unsigned long timer0_overflow_count;
extern volatile unsigned long timer0_millis;
}

namespace board {

// Conversions that were read and not taken yet.
constexpr uint8_t kConversions = 4;  // a power of two
static Conversion conversions[kConversions];
static volatile uint8_t conversionHead;
static volatile uint8_t conversionTail;

// What the TWI does in the background; `noAnswer` and `stuck` end it.
enum class Background : uint8_t { off, reading, waitingForRoom, noAnswer, stuck };
static volatile Background background = Background::off;

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

// Most interrupts move a byte on, and are nothing to the main program.
static bool isNothingNew(uint8_t sinceMs, uint8_t sentTo) {
  if (rxHead != rxTail || conversionHead != conversionTail) return false;
  if (background == Background::noAnswer || background == Background::stuck) return false;
  // Time goes by, or there is room for another piece of a line.
  const uint8_t sent = static_cast<uint8_t>(txRing.tail - sentTo);
  return static_cast<uint8_t>(timer0_millis) == sinceMs && sent < 16 && (!sent || !txEmpty());
}

void idle() {
  const uint8_t nowMs = static_cast<uint8_t>(timer0_millis);
  const uint8_t tail = txRing.tail;
  set_sleep_mode(SLEEP_MODE_IDLE);
  sleep_enable();
  for (;;) {
    cli();
    if (!isNothingNew(nowMs, tail)) break;
    sei();  // the instruction after it runs before any interrupt
    sleep_cpu();
  }
  sei();
  sleep_disable();
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
static uint8_t pollDivider;

// What goes on in the background, by the interrupt.
static volatile uint8_t watchSteps;
static Watch watch;
static uint8_t waitDivider;
static Conversion conversion;  // being read
constexpr uint8_t kTriggering = kWatched;
static uint8_t watchStage;  // index of the register being read, or kTriggering
static uint8_t triggerBytes;  // sent of the three
static uint8_t slaNext;       // address and direction of the next transfer
static uint8_t slaRead;
static uint8_t pointerNext;   // kNoPointer: a trigger is being sent
constexpr uint8_t kNoPointer = 0x7F;
static bool hasBeenDown;
static uint8_t highByte;
static uint8_t lastSteps;
static uint8_t lastStepMs;

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

static bool isStopped() {
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

// Four interrupts a look at the flag, however long it takes: so the first one, that
// comes too early for the next conversion, is slow. 48 bits with the pointer's.
static uint8_t dividerOfWait(uint16_t us) {
  const uint16_t cyclesOfBit = us / 48 * (F_CPU / 1000000);
  const uint16_t fastest = 2 * sclDivider + 16;
  if (cyclesOfBit <= fastest) return sclDivider;
  return cyclesOfBit > 2 * 255 + 16 ? 255 : (cyclesOfBit - 16) / 2;
}

// What is read, or written, next; behind a pointer.
static inline void goTo(uint8_t stage) {
  watchStage = stage;
  slaNext = slaRead & ~1;
  pointerNext = stage == kTriggering ? kNoPointer : watch.pointers[stage];
}

static inline void startTwi() { TWCR = _BV(TWINT) | _BV(TWEN) | _BV(TWIE) | _BV(TWSTA); }

void startWatch(const Watch& newWatch) {
  if (background == Background::reading) beginI2c();
  watch = newWatch;
  waitDivider = dividerOfWait(watch.waitUs);
  pollDivider = watch.isLong && isI2cFast() ? dividerOfScl(200000) : sclDivider;
  triggerBytes = 0;
  slaRead = static_cast<uint8_t>(watch.address << 1) | 1;
  goTo(watch.isTriggered ? kTriggering : static_cast<uint8_t>(kFlagged));
  // Of those that follow each other, one may have been over for long.
  hasBeenDown = watch.isTriggered;
  conversionTail = conversionHead;
  if (!isStopped()) beginI2c();
  TWBR = sclDivider;
  background = Background::reading;
  lastStepMs = static_cast<uint8_t>(millis());
  // The interrupt has all of it from here on.
  compilerBarrier();
  startTwi();
}

// Interrupts are off.
static inline uint32_t ticksNow() {
  uint32_t overflows = timer0_overflow_count;
  const uint8_t counter = TCNT0;
  if ((TIFR0 & _BV(TOV0)) && counter < 255) overflows++;
  return overflows << 8 | counter;
}

static inline bool isFull() {
  return static_cast<uint8_t>(conversionHead - conversionTail) == kConversions;
}

// True: the next one may begin.
static inline bool pushConversion() {
  if (isFull()) return !watch.isTriggered;
  conversions[conversionHead & (kConversions - 1)] = conversion;
  compilerBarrier();
  conversionHead++;
  return !watch.isTriggered || !isFull();
}

// A word is there. False: there is no room for another conversion.
static inline bool takeWord(uint8_t low) {
  const uint16_t word = static_cast<uint16_t>(highByte << 8) | low;
  switch (watchStage) {
    case kFlagged:
      if (!(low & watch.readyMask)) {
        TWBR = pollDivider;
        hasBeenDown = true;
        return true;
      }
      TWBR = sclDivider;
      conversion.ticks = ticksNow();
      conversion.bus = word & ~kSettingsLost;
      goTo(hasBeenDown ? kFirst : kLowering);
      return true;
    case kFirst:
      conversion.shunt = static_cast<int16_t>(word);
      outputs::look(conversion.shunt);
      goTo(watch.isTriggered ? kKept : kLowering);
      return true;
    case kLowering:
      if (hasBeenDown && word) break;
      goTo(hasBeenDown ? kKept : kFlagged);
      return true;
    default:
      if (word != watch.kept) conversion.bus |= kSettingsLost;
      break;
  }
  goTo(watch.isTriggered ? kTriggering : static_cast<uint8_t>(kFlagged));
  if (!watch.isTriggered) TWBR = waitDivider;
  return pushConversion();
}

// One step of the master: those that come once a register. Not a vector, but saves
// all that one does.
extern "C" void __vector_twi_seldom() __attribute__((signal, used));
void __vector_twi_seldom() {
  uint8_t control = _BV(TWINT) | _BV(TWEN) | _BV(TWIE);
  switch (TWSR) {
    case kWriteAcked:
      TWDR = watch.triggerPointer;
      break;
    case kDataAcked:
      if (triggerBytes < 2) {
        TWDR = triggerBytes ? static_cast<uint8_t>(watch.trigger) : watch.trigger >> 8;
        triggerBytes++;
      } else {
        triggerBytes = 0;
        goTo(kFlagged);
        control |= _BV(TWSTA);
      }
      break;
    case kLastByteRead:
      if (takeWord(TWDR)) {
        control |= _BV(TWSTA);
      } else {
        background = Background::waitingForRoom;
        control = _BV(TWINT) | _BV(TWEN) | _BV(TWSTO);
      }
      break;
    case kWriteRefused:
    case kReadRefused:
      background = Background::noAnswer;
      control = _BV(TWINT) | _BV(TWEN) | _BV(TWSTO);
      break;
    default:
      background = Background::stuck;
      control = 0;
  }
  TWCR = control;
}

// The others, in assembly, as there are thirty between two conversions: 40 cycles in
// place of 120. What is no case here, and all of a trigger, goes to the function above:
//
//   started, again     TWDR = slaNext
//   write acked        TWDR = pointerNext
//   data acked         slaNext = slaRead; start again
//   read acked         acknowledge the byte to come
//   byte read          highByte = TWDR
ISR(TWI_vect, ISR_NAKED) {
  asm volatile(
      "push r24\n\t"
      "in r24, __SREG__\n\t"
      "push r24\n\t"
      "push r25\n\t"
      "lds r24, %[steps]\n\t"
      "inc r24\n\t"
      "sts %[steps], r24\n\t"
      "lds r25, %[twsr]\n\t"
      "cpi r25, %[readAcked]\n\t"
      "brne 1f\n\t"
      "ldi r25, %[goOn] | %[acknowledge]\n\t"
      "rjmp 9f\n"
      "1:\n\t"
      "cpi r25, %[byteRead]\n\t"
      "brne 2f\n\t"
      "lds r24, %[twdr]\n\t"
      "sts %[highByte], r24\n\t"
      "rjmp 8f\n"
      "2:\n\t"
      "cpi r25, %[startedAgain]\n\t"
      "breq 3f\n\t"
      "cpi r25, %[started]\n\t"
      "brne 4f\n"
      "3:\n\t"
      "lds r24, %[slaNext]\n\t"
      "sts %[twdr], r24\n\t"
      "rjmp 8f\n"
      "4:\n\t"
      "lds r24, %[pointerNext]\n\t"
      "cpi r24, %[noPointer]\n\t"
      "breq 7f\n\t"
      "cpi r25, %[writeAcked]\n\t"
      "brne 5f\n\t"
      "sts %[twdr], r24\n\t"
      "rjmp 8f\n"
      "5:\n\t"
      "cpi r25, %[dataAcked]\n\t"
      "brne 7f\n\t"
      "lds r24, %[slaRead]\n\t"
      "sts %[slaNext], r24\n\t"
      "ldi r25, %[goOn] | %[start]\n\t"
      "rjmp 9f\n"
      "7:\n\t"
      "pop r25\n\t"
      "pop r24\n\t"
      "out __SREG__, r24\n\t"
      "pop r24\n\t"
      "jmp __vector_twi_seldom\n"
      "8:\n\t"
      "ldi r25, %[goOn]\n"
      "9:\n\t"
      "sts %[twcr], r25\n\t"
      "pop r25\n\t"
      "pop r24\n\t"
      "out __SREG__, r24\n\t"
      "pop r24\n\t"
      "reti\n\t" ::[steps] "i"(&watchSteps),
      [highByte] "i"(&highByte), [slaNext] "i"(&slaNext), [slaRead] "i"(&slaRead),
      [pointerNext] "i"(&pointerNext), [twsr] "n"(_SFR_MEM_ADDR(TWSR)),
      [twdr] "n"(_SFR_MEM_ADDR(TWDR)), [twcr] "n"(_SFR_MEM_ADDR(TWCR)),
      [goOn] "M"(_BV(TWINT) | _BV(TWEN) | _BV(TWIE)), [acknowledge] "M"(_BV(TWEA)),
      [start] "M"(_BV(TWSTA)), [readAcked] "M"(kReadAcked), [byteRead] "M"(kByteRead),
      [started] "M"(kStarted), [startedAgain] "M"(kStartedAgain), [writeAcked] "M"(kWriteAcked),
      [dataAcked] "M"(kDataAcked), [noPointer] "M"(kNoPointer));
}

Watched checkWatch(Conversion& taken) {
  const uint8_t nowMs = static_cast<uint8_t>(millis());
  const uint8_t steps = watchSteps;
  if (steps != lastSteps) {
    lastSteps = steps;
    lastStepMs = nowMs;
  }
  const uint8_t tail = conversionTail;
  if (tail != conversionHead) {
    compilerBarrier();
    taken = conversions[tail & (kConversions - 1)];
    compilerBarrier();
    conversionTail = tail + 1;
    if (background == Background::waitingForRoom && isStopped()) {
      background = Background::reading;
      lastStepMs = nowMs;
      compilerBarrier();
      startTwi();
    }
    return Watched::ready;
  }
  switch (background) {
    case Background::noAnswer:
      background = Background::off;
      return Watched::noAnswer;
    case Background::reading:
      // A step takes 23 us, up to 90 at 100 kHz, up to 300 of the slow look.
      if (static_cast<uint8_t>(nowMs - lastStepMs) < 3) return Watched::pending;
      break;
    default:
      break;
  }
  beginI2c();
  return Watched::stuck;
}

uint32_t ticks() {
  uint32_t now = 0;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { now = ticksNow(); }
  return now;
}

// The core counts an overflow, of 1024 us, as a millisecond and keeps what is more,
// but to itself.
int32_t msAndTicksSince(uint32_t ticks, uint32_t& ms) {
  static uint32_t countedTo;
  static uint8_t kept;  // 8 us, 0..124
  uint32_t overflows = 0;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    overflows = timer0_overflow_count;
    ms = timer0_millis;
  }
  uint16_t since = static_cast<uint16_t>(overflows - countedTo);
  countedTo = overflows;
  if (since > 125) since %= 125;
  for (; since; since--) {
    kept += 3;
    if (kept >= 125) kept -= 125;
  }
  return static_cast<int32_t>(ticks - (overflows << 8)) + kept * 2;
}

}  // namespace board

#endif
