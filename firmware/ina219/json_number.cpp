#include "json_number.h"

static bool isDigit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

bool JsonNumber::start(uint8_t byte) {
  if (byte != '-' && !isDigit(byte)) return false;
  part_ = Part::minus;
  isNegative_ = byte == '-';
  isExponentNegative_ = false;
  exponent_ = 0;
  count_ = 0;
  point_ = 0;
  return isNegative_ || add(byte);
}

void JsonNumber::addDigit(uint8_t digit) {
  if (part_ == Part::exponent) {
    exponent_ = exponent_ >= 20 ? 200 : exponent_ * 10 + digit;
    return;
  }
  const bool isSignificant = count_ || digit;
  // More than a hundred places are too large or 0 anyhow.
  if (part_ == Part::fraction) {
    if (!isSignificant && point_ > -100) point_--;
  } else if (isSignificant && point_ < 100) {
    point_++;
  }
  if (isSignificant && count_ < sizeof digits_) digits_[count_++] = digit;
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

void JsonNumber::get(Amount& amount) const {
  int16_t point = point_ + (isExponentNegative_ ? -exponent_ : exponent_);
  amount = {};
  amount.isNegative = isNegative_ && count_;
  if (count_ && point >= 12) {
    amount.isThousands = true;
    point -= 3;
  }
  uint32_t value = 0;
  // Digits that were not given are 0.
  for (int16_t at = point < 0 ? point : 0; at < point + 6; at++) {
    if (at == point) {
      amount.whole = value;
      value = 0;
    }
    const uint8_t digit = at >= 0 && at < count_ ? digits_[at] : 0;
    constexpr uint32_t kMost = 0xFFFFFFFF;
    if (value > kMost / 10 || (value == kMost / 10 && digit > kMost % 10)) amount.isTooLarge = true;
    value = value * 10 + digit;
  }
  amount.millionths = value;
}
