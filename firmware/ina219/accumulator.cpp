#include "accumulator.h"

Totals totals;
Sums sums;

void accumulate(int16_t shunt, uint16_t busCounts, uint16_t ticks) {
  const int32_t product = static_cast<int32_t>(shunt) * static_cast<int16_t>(busCounts);
  if (sums.n++ == 0) {
    sums.shunt.set(shunt);
    sums.bus.set(busCounts);
    sums.product.set(product);
    sums.shuntMin = sums.shuntMax = shunt;
    sums.busMin = sums.busMax = busCounts;
  } else {
    sums.shunt.add(shunt);
    sums.bus.add(busCounts);
    sums.product.add(product);
    if (shunt < sums.shuntMin) sums.shuntMin = shunt;
    if (shunt > sums.shuntMax) sums.shuntMax = shunt;
    if (busCounts < sums.busMin) sums.busMin = busCounts;
    if (busCounts > sums.busMax) sums.busMax = busCounts;
  }
  // At most 32000 * 65535, which fits.
  totals.charge.add(static_cast<int32_t>(shunt) * ticks);
  // 32 x 16 bit in two halves, which fit each.
  const uint32_t low = static_cast<uint32_t>(static_cast<uint16_t>(product)) * ticks;
  const int32_t high = static_cast<int32_t>(static_cast<int16_t>(product >> 16)) * ticks;
  totals.energy.add(static_cast<uint16_t>(low));
  totals.energy.add(high + static_cast<int32_t>(low >> 16), 2);
}

// To the nearest, halves away from 0.
static int32_t rounded(int32_t value, uint32_t over) {
  const uint32_t magnitude = static_cast<uint32_t>(value < 0 ? -value : value);
  const int32_t quotient = static_cast<int32_t>((magnitude + over / 2) / over);
  return value < 0 ? -quotient : quotient;
}

// Of an hour it needs more than 32 bits, which takes several times as long.
static int16_t meanOf(const Sum& sum) {
  if (sum.fits32()) return static_cast<int16_t>(rounded(sum.low32(), sums.n));
  Wide mean(sum);
  mean.add(sums.n / 2);
  mean.divide(sums.n);
  const int16_t magnitude = static_cast<int16_t>(mean.low32());
  return sum.isNegative() ? -magnitude : magnitude;
}

int16_t meanShunt() { return sums.n == 1 ? sums.shuntMin : meanOf(sums.shunt); }

uint16_t meanBus() { return sums.n == 1 ? sums.busMin : static_cast<uint16_t>(meanOf(sums.bus)); }

// A product of counts is whole.fraction / 25 units. With 28 bits of the fraction, the
// largest power is right to half a unit.
int32_t meanPower(const Scale& scale) {
  if (!scale.fraction && sums.n < 0x1000 && sums.product.fits32()) {
    const int32_t product = sums.product.low32();
    constexpr int32_t kMost = 0x7FFFFFFF / 16;
    if (product < kMost && product > -kMost) return rounded(product * scale.whole, sums.n * 25);
  }
  constexpr uint8_t kBits = 28;
  Wide power(sums.product);
  power.multiply(static_cast<uint32_t>(scale.whole) << kBits | scale.fraction >> (32 - kBits));
  power.divide(sums.n * 25);
  power.add(static_cast<uint32_t>(1) << (kBits - 1));
  power.divide(static_cast<uint32_t>(1) << kBits);
  const int32_t magnitude = static_cast<int32_t>(power.low32());
  return sums.product.isNegative() ? -magnitude : magnitude;
}

static void rescale(Sum& sum, uint32_t fromUohm, uint32_t toUohm) {
  const bool isNegative = sum.isNegative();
  Wide scaled(sum);
  scaled.multiply(toUohm);
  scaled.divide(fromUohm);
  sum = scaled.sum();
  if (isNegative) sum.negate();
}

void rescaleTotals(uint32_t fromUohm, uint32_t toUohm) {
  rescale(totals.charge, fromUohm, toUohm);
  rescale(totals.energy, fromUohm, toUohm);
}
