// Whole numbers beyond 32 bits, byte by byte: the compiler's own of 64 bits take
// several times the code, and products of totals need more of them.
#pragma once

#include <stdint.h>

// A sum with a sign, of 80 bits: good for energies of centuries.
class Sum {
 public:
  void set(int32_t value);
  // value * 256^at
  void add(int32_t value, uint8_t at = 0);
  bool isNegative() const { return bytes_[kSize - 1] & 0x80; }
  void negate();
  // In 32 bits, with the sign.
  bool fits32() const;
  int32_t low32() const;

 private:
  friend class Wide;
  static constexpr uint8_t kSize = 10;
  uint8_t bytes_[kSize];  // the lowest first
};

// What is worked out from one: 96 bits, no sign.
class Wide {
 public:
  explicit Wide(uint32_t value);
  // Its magnitude.
  explicit Wide(Sum sum);

  void add(uint32_t value);
  // What passes 96 bits is lost.
  void multiply(uint32_t by);
  // Cut off. The remainder.
  uint32_t divide(uint32_t by);
  bool fits32() const;
  uint32_t low32() const;
  // The lowest 80 bits.
  Sum sum() const;

 private:
  static constexpr uint8_t kSize = 12;
  uint8_t bytes_[kSize];
};
