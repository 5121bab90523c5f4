// The names that a line of the host may contain (PROTOCOL.md 6).
#pragma once

#include <Arduino.h>

#include "request.h"

// First those of Member, then the others.
enum class Key : uint8_t {
  value, shuntMv, bits, low, amax, conversions, quantity, latch, lost, keep,
  cmd, seq, nack, ack, crc, above, output, level, slope, pre, outputA, outputB, outputC, outputD, valueMs, unknown,
};
static_assert(static_cast<uint8_t>(Key::cmd) == kMembers, "the members come first");

// The begin of a text as it comes in. Longer than every name, so that what does
// not fit matches none.
class Text {
 public:
  void clear() { length_ = 0; }
  void append(uint8_t byte) {
    if (length_ < sizeof characters_ - 1) characters_[length_] = static_cast<char>(byte);
    if (length_ < sizeof characters_) length_++;
  }
  // Makes it match no name.
  void spoil() { length_ = sizeof characters_; }

  uint8_t length() const { return length_; }
  const char* characters() const { return characters_; }
  // `name` in program memory, not empty.
  bool is(PGM_P name);
  // Among these (texts.h); as many as there are: none of them.
  uint8_t placeIn(PGM_P names);

 private:
  char characters_[15];
  uint8_t length_;
};

// `unknown` where there is none.
Key keyNamed(Text& text);
Command commandNamed(Text& text);
Word wordNamed(Text& text);
