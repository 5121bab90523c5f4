#include "line_writer.h"

#include "board.h"
#include "crc16.h"
#include "texts.h"
#include "tx_ring.h"

namespace line {

static uint8_t startIndex;
static uint8_t writeIndex;
static Crc16 crcSoFar;  // of what stands before startIndex

// What is written so far may go out while the rest is being rendered.
static inline void publish() {
  compilerBarrier();
  txRing.head = writeIndex;
  board::transmit();
}

void put(char character) { txRing.bytes[writeIndex++] = static_cast<uint8_t>(character); }

void text(PGM_P text) {
  uint8_t index = writeIndex;
  uint8_t* to = txRing.bytes + index;
  while (const uint8_t character = takeCharacter(text)) {
    *to++ = character;
    if (++index == 0) to -= sizeof txRing.bytes;
  }
  writeIndex = index;
  publish();
}

void begin(PGM_P opening) {
  crcSoFar = Crc16();
  resume();
  text(opening);
}

void resume() {
  startIndex = txRing.head;
  writeIndex = startIndex;
}

// A stretch that does not wrap, by a pointer: a third faster than by the index.
static void addToCrc(const uint8_t* from, uint8_t count) {
  Crc16 crc = crcSoFar;
  for (; count; count--) crc.add(*from++);
  crcSoFar = crc;
}

// The bytes are still in the ring, sent or not: nobody else writes to it.
void pause() {
  const uint8_t* from = txRing.bytes + startIndex;
  if (writeIndex >= startIndex) {
    addToCrc(from, writeIndex - startIndex);
  } else {
    addToCrc(from, static_cast<uint8_t>(-startIndex));
    addToCrc(txRing.bytes, writeIndex);
  }
  publish();
}

// The digit of `power`, by subtraction; takes it off the value.
template <typename Number, Number power>
static inline __attribute__((always_inline)) uint8_t takeDigit(Number& value) {
  uint8_t digit = '0';
  for (; value >= power; value -= power) digit++;
  return digit;
}

static void toFourDigits(uint16_t value, uint8_t* digits) {
  digits[3] = takeDigit<uint16_t, 1000>(value);
  digits[2] = takeDigit<uint16_t, 100>(value);
  uint8_t tens = static_cast<uint8_t>(value);
  digits[1] = takeDigit<uint8_t, 10>(tens);
  digits[0] = '0' + tens;
}

// All ten digits, [n] being that of 10^n. Subtractions in numbers as short as
// they can be: a third of the time that the divisions of ultoa() take.
static void toDigits(uint32_t value, uint8_t* digits) {
  uint16_t rest = static_cast<uint16_t>(value);
  if (rest == value) {
    digits[9] = digits[8] = digits[7] = digits[6] = digits[5] = '0';
    digits[4] = takeDigit<uint16_t, 10000>(rest);
    toFourDigits(rest, digits);
    return;
  }
  digits[9] = takeDigit<uint32_t, 1000000000>(value);
  digits[8] = takeDigit<uint32_t, 100000000>(value);
  digits[7] = takeDigit<uint32_t, 10000000>(value);
  digits[6] = takeDigit<uint32_t, 1000000>(value);
  digits[5] = takeDigit<uint32_t, 100000>(value);
  digits[4] = takeDigit<uint32_t, 10000>(value);
  toFourDigits(static_cast<uint16_t>(value), digits);
}

// From the one at `place` down.
static void putDigits(const uint8_t* digits, uint8_t place, uint8_t decimals) {
  uint8_t index = writeIndex;
  for (;; place--) {
    txRing.bytes[index++] = digits[place];
    if (place == 0) break;
    if (place == decimals) txRing.bytes[index++] = '.';
  }
  writeIndex = index;
}

void fixed(uint32_t value, uint8_t decimals) {
  uint8_t digits[10];
  toDigits(value, digits);
  uint8_t place = 9;
  while (place > decimals && digits[place] == '0') place--;
  putDigits(digits, place, decimals);
}

void number(uint32_t value) { fixed(value, 0); }

void padded(uint32_t value, uint8_t places, uint8_t decimals) {
  uint8_t digits[10];
  toDigits(value, digits);
  putDigits(digits, places - 1, decimals);
}

void thousandths(Wide value) {
  const uint32_t low = value.divide(1000000000);
  const uint32_t high = value.low32();
  if (high) {
    number(high);
    padded(low, 9, 3);
  } else {
    fixed(low, 3);
  }
}

void shortest(uint32_t value, uint8_t decimals) {
  for (; decimals && value % 10 == 0; decimals--) value /= 10;
  fixed(value, decimals);
}

static char hexDigit(uint8_t nibble) {
  return static_cast<char>(nibble < 10 ? '0' + nibble : 'A' - 10 + nibble);
}

void end() {
  pause();
  const Crc16 crc = crcSoFar;
  text(PSTR(",\"crc\":\""));
  put(hexDigit(crc.high >> 4));
  put(hexDigit(crc.high & 15));
  put(hexDigit(crc.low >> 4));
  put(hexDigit(crc.low & 15));
  text(PSTR("\"}\n"));
}

}  // namespace line
