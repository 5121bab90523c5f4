#include "line_writer.h"

#include "board.h"
#include "crc16.h"
#include "tx_ring.h"


namespace line {

static uint8_t startIndex;
static uint8_t writeIndex;

// What is written so far may go out while the rest is being rendered.
static inline void publish() {
  compilerBarrier();
  txRing.head = writeIndex;
  board::transmit();
}

void put(char character) { txRing.bytes[writeIndex++] = static_cast<uint8_t>(character); }

void text(PGM_P text) {
  uint8_t index = writeIndex;
  while (const uint8_t character = pgm_read_byte(text++)) txRing.bytes[index++] = character;
  writeIndex = index;
  publish();
}

void begin(PGM_P opening) {
  startIndex = txRing.head;
  writeIndex = startIndex;
  text(opening);
}

// The digit of `power`, by subtraction; takes it off the value.
template <typename Number, Number power>
static inline __attribute__((always_inline)) uint8_t takeDigit(Number& value) {
  uint8_t digit = '0';
  for (; value >= power; value -= power) digit++;
  return digit;
}

// All ten digits, [n] being that of 10^n. Subtractions in numbers as short as
// they can be: a third of the time that the divisions of ultoa() take.
static void toDigits(uint32_t value, uint8_t* digits) {
  digits[9] = takeDigit<uint32_t, 1000000000>(value);
  digits[8] = takeDigit<uint32_t, 100000000>(value);
  digits[7] = takeDigit<uint32_t, 10000000>(value);
  digits[6] = takeDigit<uint32_t, 1000000>(value);
  digits[5] = takeDigit<uint32_t, 100000>(value);
  digits[4] = takeDigit<uint32_t, 10000>(value);
  uint16_t thousands = static_cast<uint16_t>(value);
  digits[3] = takeDigit<uint16_t, 1000>(thousands);
  digits[2] = takeDigit<uint16_t, 100>(thousands);
  uint8_t tens = static_cast<uint8_t>(thousands);
  digits[1] = takeDigit<uint8_t, 10>(tens);
  digits[0] = '0' + tens;
}

static void putDigits(const uint8_t* digits, uint8_t decimals) {
  uint8_t place = 9;
  while (place > decimals && digits[place] == '0') place--;
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
  putDigits(digits, decimals);
}

void number(uint32_t value) { fixed(value, 0); }

void shortest(uint32_t value, uint8_t decimals) {
  for (; decimals && value % 10 == 0; decimals--) value /= 10;
  fixed(value, decimals);
}

static char hexDigit(uint8_t nibble) {
  return static_cast<char>(nibble < 10 ? '0' + nibble : 'A' - 10 + nibble);
}

void end() {
  // The bytes are still in the ring, sent or not: nobody else writes to it.
  Crc16 crc;
  const uint8_t endIndex = writeIndex;
  for (uint8_t index = startIndex; index != endIndex; index++) crc.add(txRing.bytes[index]);
  text(PSTR(",\"crc\":\""));
  put(hexDigit(crc.high >> 4));
  put(hexDigit(crc.high & 15));
  put(hexDigit(crc.low >> 4));
  put(hexDigit(crc.low & 15));
  text(PSTR("\"}\n"));
}

}  // namespace line
