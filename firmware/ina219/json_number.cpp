#include "json_number.h"

// One more digit fits into 63 bits.
static constexpr uint64_t kRoomForDigit = 900000000000000000;

static bool isDigit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

bool JsonNumber::start(uint8_t byte) {
  if (byte != '-' && !isDigit(byte)) return false;
  isNegative_ = byte == '-';
  isTooLarge_ = false;
  isExponentNegative_ = false;
  fractionDigits_ = 0;
  exponent_ = 0;
  digits_ = isNegative_ ? 0 : byte - '0';
  part_ = isNegative_ ? Part::minus : byte == '0' ? Part::zero : Part::whole;
  return true;
}

void JsonNumber::addDigit(uint8_t digit) {
  if (part_ == Part::exponent) {
    exponent_ = exponent_ > 20 ? 200 : exponent_ * 10 + digit;
  } else if (digits_ < kRoomForDigit) {
    digits_ = digits_ * 10 + digit;
    if (part_ == Part::fraction) fractionDigits_++;
  } else if (part_ == Part::whole) {
    isTooLarge_ = true;
  }
}

bool JsonNumber::add(uint8_t byte) {
  if (isDigit(byte)) {
    switch (part_) {
      case Part::zero:
        return false;
      case Part::minus:
        part_ = byte == '0' ? Part::zero : Part::whole;
        break;
      case Part::point:
        part_ = Part::fraction;
        break;
      case Part::e:
      case Part::sign:
        part_ = Part::exponent;
        break;
      default:
        break;
    }
    addDigit(byte - '0');
    return true;
  }
  const bool isWhole = part_ == Part::zero || part_ == Part::whole;
  if (byte == '.' && isWhole) {
    part_ = Part::point;
  } else if ((byte == 'e' || byte == 'E') && (isWhole || part_ == Part::fraction)) {
    part_ = Part::e;
  } else if ((byte == '+' || byte == '-') && part_ == Part::e) {
    isExponentNegative_ = byte == '-';
    part_ = Part::sign;
  } else {
    return false;
  }
  return true;
}

bool JsonNumber::isComplete() const {
  return part_ == Part::zero || part_ == Part::whole || part_ == Part::fraction ||
         part_ == Part::exponent;
}

int64_t JsonNumber::millionths() const {
  uint64_t result = digits_;
  bool isTooLarge = isTooLarge_;
  int16_t shift = 6 - fractionDigits_ + (isExponentNegative_ ? -exponent_ : exponent_);
  for (; shift > 0 && result && !isTooLarge; shift--) {
    isTooLarge = result >= kRoomForDigit;
    result *= 10;
  }
  for (; shift < 0 && result; shift++) result /= 10;
  const int64_t magnitude = isTooLarge ? INT64_MAX : static_cast<int64_t>(result);
  return isNegative_ ? -magnitude : magnitude;
}
