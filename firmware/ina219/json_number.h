// A JSON number (RFC 8259, 6), a character at a time, without floating point.
#pragma once

#include <stdint.h>

// The number is whole + millionths / 10^6, or, from 1e11 on, a thousand times
// that (a time in ms keeps its seconds in 32 bits). Digits beyond are cut off.
struct Amount {
  uint32_t whole;
  uint32_t millionths : 20;  // below 1000000
  uint32_t isNegative : 1;
  uint32_t isThousands : 1;
  uint32_t isTooLarge : 1;  // the rest means nothing
};

class JsonNumber {
 public:
  // False: no number begins with it.
  bool start(uint8_t byte);
  // False: not part of the number.
  bool add(uint8_t byte);
  // False: it can't end here.
  bool isComplete() const;
  void get(Amount& amount) const;

 private:
  enum class Part : uint8_t { minus, zero, whole, point, fraction, e, sign, exponent };

  void addDigit(uint8_t digit);

  Part part_;
  bool isNegative_;
  bool isExponentNegative_;
  uint8_t exponent_;
  uint8_t count_;      // of digits_, which begin with the first that is not 0
  int8_t point_;       // the decimal point stands before this one of digits_
  uint8_t digits_[19];  // 13 before the point, 6 behind
};
