// A JSON number (RFC 8259, 6), a character at a time, as millionths.
#pragma once

#include <stdint.h>

class JsonNumber {
 public:
  // False: no number begins with it.
  bool start(uint8_t byte);
  // False: not part of the number.
  bool add(uint8_t byte);
  // False: it can't end here.
  bool isComplete() const;
  // Digits beyond are cut off; too large a magnitude is INT64_MAX, with the sign.
  int64_t millionths() const;

 private:
  enum class Part : uint8_t { minus, zero, whole, point, fraction, e, sign, exponent };
  Part part_;
  bool isNegative_;
  bool isTooLarge_;
  bool isExponentNegative_;
  uint8_t fractionDigits_;
  uint8_t exponent_;
  uint64_t digits_;

  void addDigit(uint8_t digit);
};
