// What the conversions of an interval come to, and the totals since the start,
// exactly: whole numbers, nothing is rounded before it is printed.
#pragma once

#include <stdint.h>

#include "scale.h"
#include "wide.h"

// Charge and energy since the device's start, in ticks of 4 us times...
struct Totals {
  Sum charge;  // ... shunt counts
  Sum energy;  // ... shunt counts * bus counts
};

// The sums of an interval. With n 0 the others mean nothing: 0 begins anew.
struct Sums {
  uint32_t n;
  Sum shunt;
  Sum bus;
  Sum product;  // of shunt and bus counts of each conversion
  int16_t shuntMin;
  int16_t shuntMax;
  uint16_t busMin;  // counts
  uint16_t busMax;
};

extern Totals totals;
extern Sums sums;

// One conversion that stands for so many ticks of 4 us.
void accumulate(int16_t shunt, uint16_t busCounts, uint16_t ticks);
// Means of the sums, rounded to counts, n not 0.
int16_t meanShunt();
uint16_t meanBus();
// Mean of the products, in 10^-(decimals + 1) W.
int32_t meanPower(const Scale& scale);
// The charge and energy of before, in counts of another shunt.
void rescaleTotals(uint32_t fromUohm, uint32_t toUohm);
