#include "wide.h"

#include <string.h>

void Sum::set(int32_t value) {
  memcpy(bytes_, &value, 4);
  memset(bytes_ + 4, value < 0 ? 0xFF : 0, kSize - 4);
}

// The first four bytes, then the sign as far as it changes anything.
__attribute__((optimize("O2"))) void Sum::add(int32_t value, uint8_t at) {
  uint8_t* to = bytes_ + at;
  uint32_t low;
  memcpy(&low, to, 4);
  const uint32_t sum = low + static_cast<uint32_t>(value);
  memcpy(to, &sum, 4);
  const bool carries = sum < low;
  if (carries == (value < 0)) return;
  to += 4;
  uint8_t* const end = bytes_ + kSize;
  if (carries) {
    while (to != end && ++*to == 0) to++;
  } else {
    while (to != end && (*to)-- == 0) to++;
  }
}

void Sum::negate() {
  for (uint8_t i = 0; i < kSize; i++) bytes_[i] = ~bytes_[i];
  add(1);
}

int32_t Sum::low32() const {
  int32_t value;
  memcpy(&value, bytes_, 4);
  return value;
}

bool Sum::fits32() const {
  const uint8_t sign = bytes_[3] & 0x80 ? 0xFF : 0;
  for (uint8_t i = 4; i < kSize; i++) {
    if (bytes_[i] != sign) return false;
  }
  return true;
}

__attribute__((noinline)) Wide::Wide(uint32_t value) {
  memset(bytes_, 0, kSize);
  memcpy(bytes_, &value, 4);
}

__attribute__((noinline)) Wide::Wide(Sum sum) {
  if (sum.isNegative()) sum.negate();
  memset(bytes_, 0, kSize);
  memcpy(bytes_, sum.bytes_, Sum::kSize);
}

__attribute__((noinline)) void Wide::add(uint32_t value) {
  uint16_t carry = 0;
  for (uint8_t i = 0; i < kSize; i++) {
    carry += bytes_[i] + static_cast<uint8_t>(value);
    bytes_[i] = static_cast<uint8_t>(carry);
    carry >>= 8;
    value >>= 8;
  }
}

__attribute__((noinline)) void Wide::multiply(uint32_t by) {
  const uint8_t* factor = reinterpret_cast<const uint8_t*>(&by);
  uint8_t product[kSize] = {};
  for (uint8_t i = 0; i < kSize; i++) {
    if (!bytes_[i]) continue;
    uint16_t carry = 0;
    for (uint8_t j = 0; i + j < kSize && (j < 4 || carry); j++) {
      // At most 255 * 255 + 2 * 255.
      carry += product[i + j];
      if (j < 4) carry += static_cast<uint16_t>(bytes_[i]) * factor[j];
      product[i + j] = static_cast<uint8_t>(carry);
      carry >>= 8;
    }
  }
  memcpy(bytes_, product, kSize);
}

// Bit by bit, from the highest byte that is not 0.
uint32_t Wide::divide(uint32_t by) {
  uint32_t rest = 0;
  uint8_t at = kSize;
  while (at && !bytes_[at - 1]) at--;
  while (at) {
    uint8_t byte = bytes_[--at];
    for (uint8_t bit = 0; bit < 8; bit++) {
      const bool isAbove32 = rest & 0x80000000;
      rest = rest << 1 | byte >> 7;
      byte = static_cast<uint8_t>(byte << 1);
      if (isAbove32 || rest >= by) {
        rest -= by;
        byte |= 1;
      }
    }
    bytes_[at] = byte;
  }
  return rest;
}

bool Wide::fits32() const {
  for (uint8_t i = 4; i < kSize; i++) {
    if (bytes_[i]) return false;
  }
  return true;
}

uint32_t Wide::low32() const {
  uint32_t value;
  memcpy(&value, bytes_, 4);
  return value;
}

Sum Wide::sum() const {
  Sum sum;
  memcpy(sum.bytes_, bytes_, Sum::kSize);
  return sum;
}
