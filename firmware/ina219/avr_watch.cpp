// Reads one conversion after the other over the TWI of an AVR, in its interrupt.

#include "avr_drivers.h"
#include "burst.h"
#include "health.h"
#include "outputs.h"
#include "tx_ring.h"

#if OWN_DRIVERS

namespace board {

// Conversions that were read and not taken yet.
constexpr uint8_t kConversions = 4;  // a power of two
static Conversion conversions[kConversions];
static volatile uint8_t conversionHead;
static volatile uint8_t conversionTail;

static uint8_t pollDivider;

// What goes on in the background, by the interrupt.
static volatile uint8_t watchSteps;  // starts
static Watch watch;
static uint8_t waitDivider;
static Conversion conversion;  // being read
// Other stages than the index of the register being read.
constexpr uint8_t kTriggering = kWatched;
constexpr uint8_t kReadings = kWatched + 1;
constexpr uint8_t kReadingsOver = kWatched + 2;
static uint8_t watchStage;
static bool hasReading;  // of kReadings, in highByte and lowByte
static uint8_t lowByte;
static uint8_t triggerBytes;  // sent of the three
static uint8_t slaNext;       // address and direction of the next transfer
static uint8_t slaRead;
static uint8_t pointerNext;   // kNoPointer: a trigger is being sent
constexpr uint8_t kNoPointer = 0x7F;
static bool hasBeenDown;
static uint8_t highByte;
static uint8_t lastSteps;
static uint8_t lastStepMs;

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

static void beginWatching() {
  conversionTail = conversionHead;
  hasReading = false;
  if (!isStopped()) beginI2c();
  TWBR = sclDivider;
  background = Background::reading;
  lastStepMs = shortMs();
  // The interrupt has all of it from here on.
  compilerBarrier();
  startTwi();
}

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
  beginWatching();
}

void startReadings(uint8_t address, uint8_t pointer) {
  slaRead = static_cast<uint8_t>(address << 1) | 1;
  slaNext = slaRead & ~1;
  pointerNext = pointer;
  watchStage = kReadings;
  beginWatching();
}

static inline bool isFull() {
  return static_cast<uint8_t>(conversionHead - conversionTail) == kConversions;
}

// True: the next one may begin.
static inline bool pushConversion() {
  if (isFull()) {
    countUp(health.missed);
    return !watch.isTriggered;
  }
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
      stamp(conversion.at);
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
  // While the next one is on its way.
  if (hasReading) {
    hasReading = false;
    if (!burst::take(static_cast<int16_t>(highByte << 8 | lowByte))) watchStage = kReadingsOver;
    return;
  }
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
      if (watchStage != kReadingsOver && takeWord(TWDR)) {
        control |= _BV(TWSTA);
      } else {
        background = watchStage == kReadingsOver ? Background::over : Background::waitingForRoom;
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
//   started, again     TWDR = slaNext; a reading, if there is one, to the function above
//   write acked        TWDR = pointerNext
//   data acked         slaNext = slaRead; start again
//   read acked         acknowledge the byte to come
//   byte read          highByte = TWDR
//   last byte read     of kReadings: lowByte = TWDR; start again
ISR(TWI_vect, ISR_NAKED) {
  asm volatile(
      "push r24\n\t"
      "in r24, __SREG__\n\t"
      "push r24\n\t"
      "push r25\n\t"
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
      "lds r24, %[steps]\n\t"
      "inc r24\n\t"
      "sts %[steps], r24\n\t"
      "lds r24, %[hasReading]\n\t"
      "tst r24\n\t"
      "breq 8f\n\t"
      "ldi r25, %[goOn]\n\t"
      "sts %[twcr], r25\n\t"
      "rjmp 7f\n"
      "4:\n\t"
      "lds r24, %[stage]\n\t"
      "cpi r24, %[readings]\n\t"
      "brne 6f\n\t"
      "cpi r25, %[lastByteRead]\n\t"
      "brne 6f\n\t"
      "sts %[hasReading], r25\n\t"
      "lds r24, %[twdr]\n\t"
      "sts %[lowByte], r24\n\t"
      "ldi r25, %[goOn] | %[start]\n\t"
      "rjmp 9f\n"
      "6:\n\t"
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
      [highByte] "i"(&highByte), [lowByte] "i"(&lowByte), [hasReading] "i"(&hasReading),
      [stage] "i"(&watchStage), [readings] "M"(kReadings), [slaNext] "i"(&slaNext), [slaRead] "i"(&slaRead),
      [pointerNext] "i"(&pointerNext), [twsr] "n"(_SFR_MEM_ADDR(TWSR)),
      [twdr] "n"(_SFR_MEM_ADDR(TWDR)), [twcr] "n"(_SFR_MEM_ADDR(TWCR)),
      [goOn] "M"(_BV(TWINT) | _BV(TWEN) | _BV(TWIE)), [acknowledge] "M"(_BV(TWEA)),
      [start] "M"(_BV(TWSTA)), [readAcked] "M"(kReadAcked), [byteRead] "M"(kByteRead),
      [started] "M"(kStarted), [startedAgain] "M"(kStartedAgain), [writeAcked] "M"(kWriteAcked),
      [dataAcked] "M"(kDataAcked), [lastByteRead] "M"(kLastByteRead), [noPointer] "M"(kNoPointer));
}

Watched checkWatch(Conversion& taken) {
  const uint8_t msNow = shortMs();
  const uint8_t steps = watchSteps;
  if (steps != lastSteps) {
    lastSteps = steps;
    lastStepMs = msNow;
  }
  const uint8_t tail = conversionTail;
  if (tail != conversionHead) {
    compilerBarrier();
    taken = conversions[tail & (kConversions - 1)];
    compilerBarrier();
    conversionTail = tail + 1;
    if (background == Background::waitingForRoom && isStopped()) {
      background = Background::reading;
      lastStepMs = msNow;
      compilerBarrier();
      startTwi();
    }
    return Watched::ready;
  }
  switch (background) {
    case Background::over:
      background = Background::off;
      return Watched::ready;
    case Background::noAnswer:
      background = Background::off;
      return Watched::noAnswer;
    case Background::reading:
      // From one start to the next, up to 1.2 ms of the slow look.
      if (static_cast<uint8_t>(msNow - lastStepMs) < 3) return Watched::pending;
      break;
    default:
      break;
  }
  beginI2c();
  return Watched::stuck;
}

bool hasWatched() {
  return conversionHead != conversionTail || background >= Background::over;
}

}  // namespace board

#endif
