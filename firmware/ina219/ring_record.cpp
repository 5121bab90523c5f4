#include "ring_record.h"

namespace record {

uint16_t head;

// Records in the order of their samples. By the highest bits of the first byte:
//
//   0     2 bytes: a calm conversion: 6 bits time, 6 shunt, 3 bus
//   10    5 bytes: a conversion: 6 bits time, shunt and bus as they are
//   110   4 bytes: a calm mean: 10 bits time, 6 shunt, 3 bus, 10 power
//   1110 11    6 bytes: a mean: 10 bits time, 9 shunt, 8 bus, 13 power
//   111   anything: see Flag; whatever there is of time, shunt, bus, power, detail
//
// All numbers are differences, signed: time to one smoothed period after the sample
// before; shunt and bus to that sample; power of a mean to that of its voltage and
// current.
uint8_t bytes[RING_BYTES];

namespace {

enum Form : uint8_t {
  kConversion = 0x80,
  kCalmMean = 0xC0,
  kAny = 0xE0,
  kMean = 0xEC,  // both flags of a power
};
enum Flag : uint8_t {
  kHasTime = 0x10,     // five bytes of time; else two, the difference
  kLongPower = 0x08,   // of a mean, four bytes; or
  kShortPower = 0x04,  // two
  kHasDetail = 0x02,
  kHasRange = 0x01,   // a detail of more than one conversion
};

uint16_t after(uint16_t at, uint8_t length) {
  at += length;
  return at >= RING_BYTES ? at - RING_BYTES : at;
}

bool fits(int16_t value, uint8_t bits) {
  const int16_t end = 1 << (bits - 1);
  return value >= -end && value < end;
}

// The lowest `bits` of a value, with its sign.
int16_t signedBits(uint16_t value, uint8_t bits) {
  const uint16_t sign = 1u << (bits - 1);
  return static_cast<int16_t>((value & (sign * 2 - 1)) ^ sign) - static_cast<int16_t>(sign);
}

// By reference: at the deepest of the stack.
__attribute__((noinline)) void advance(Moment& at, uint32_t ticks) {
  ticks += at.ticks;
  // A division takes as long as a dozen of these.
  if (ticks >= 12 * kTicksPerMs) {
    at.ms += ticks / kTicksPerMs;
    ticks %= kTicksPerMs;
  }
  uint16_t rest = static_cast<uint16_t>(ticks);
  for (; rest >= kTicksPerMs; rest -= kTicksPerMs) at.ms++;
  at.ticks = static_cast<uint8_t>(rest);
}

// What stands at a place, which moves on.
uint8_t take(uint16_t& at) {
  const uint8_t byte = bytes[at];
  at = after(at, 1);
  return byte;
}

void take(uint16_t& at, void* value, uint8_t size) {
  uint8_t* to = static_cast<uint8_t*>(value);
  for (; size; size--) *to++ = take(at);
}

void chooseForm(Difference& difference, const Sample& sample, bool isNear, bool isCalm,
                bool hasTime) {
  difference.first = kAny;
  if (!sample.hasDetail && !hasTime) {
    if (!sample.isMean && fits(difference.late, 6)) {
      difference.first = isCalm ? 0 : kConversion;
      difference.length = isCalm ? 2 : 5;
      return;
    }
    if (isCalm && sample.isMean && fits(difference.late, 10) && difference.power >= -512 &&
        difference.power < 512) {
      difference.first = kCalmMean;
      difference.length = 4;
      return;
    }
  }
  if (isNear && sample.isMean && !sample.hasDetail && !hasTime && fits(difference.late, 10) &&
      fits(difference.shunt, 9) && fits(difference.bus, 8) && difference.power >= -4096 &&
      difference.power < 4096) {
    difference.first = kMean;
    difference.length = 6;
    return;
  }
  difference.length = 7;
  if (hasTime) {
    difference.first |= kHasTime;
    difference.length += 3;
  }
  if (sample.isMean) {
    const bool isShort = static_cast<int16_t>(difference.power) == difference.power;
    difference.first |= isShort ? kShortPower : kLongPower;
    difference.length += isShort ? 2 : 4;
  }
  if (sample.hasDetail) {
    difference.first |= kHasDetail;
    difference.length += sizeof(Totals);
    if (sample.detail.n != 1) {
      difference.first |= kHasRange;
      difference.length += 3 + 8;
    }
  }
}

void put(uint8_t byte) {
  bytes[head] = byte;
  head = after(head, 1);
}

void put(const void* value, uint8_t size) {
  for (const uint8_t* from = static_cast<const uint8_t*>(value); size; size--) put(*from++);
}

// Puts the state past a sample that came so late.
__attribute__((noinline)) void passLate(RingState& state, int16_t late, bool isCalm) {
  state.period += isCalm ? (late + 4) >> 3 : late;
}

void passTime(RingState& state, const Moment& at) {
  const uint32_t ticks = ticksBetween(state.at, at);
  if (ticks != kLongestTicks) state.period = ticks;
}

// The rest of a record behind shunt and bus; `sample` is null where nobody wants it.
void readRest(uint16_t& at, uint8_t first, Sample* sample) {
  int32_t power = 0;
  uint8_t powerSize = 0;
  if (first & kLongPower) powerSize = 4;
  if (first & kShortPower) powerSize = 2;
  take(at, &power, powerSize);
  if (powerSize == 2) power = static_cast<int16_t>(power);
  const uint8_t rangeSize = first & kHasRange ? 3 + 8 : 0;
  const uint8_t totalsSize = first & kHasDetail ? sizeof(Totals) : 0;
  if (!sample) {
    at = after(at, rangeSize + totalsSize);
    return;
  }
  sample->isMean = powerSize;
  sample->power = power;
  sample->hasDetail = totalsSize;
  Detail& detail = sample->detail;
  if (rangeSize) {
    detail.n = 0;
    take(at, &detail.n, 3);
    take(at, &detail.shuntMin, 8);
  } else {
    detail.n = 1;
    detail.shuntMin = detail.shuntMax = sample->shunt;
    detail.busMin = detail.busMax = sample->busCounts();
  }
  take(at, &detail.totals, totalsSize);
}

}  // namespace

// Power that voltage and current of a sample would give.
__attribute__((noinline)) int32_t plainPower(const Context& context, int16_t shunt, uint16_t busStatus) {
  const uint32_t magnitude = powerMagnitude(currentMagnitude(context.scale, shunt), busStatus >> 3);
  return shunt < 0 ? -static_cast<int32_t>(magnitude) : static_cast<int32_t>(magnitude);
}

Difference differenceOf(const RingState& before, const Sample& sample, const Context& context) {
  Difference result;
  const int32_t late = static_cast<int32_t>(ticksBetween(before.at, sample.at) - before.period);
  result.late = static_cast<int16_t>(late);
  result.shunt = sample.shunt - before.shunt;
  result.bus = static_cast<int16_t>(sample.busCounts()) - static_cast<int16_t>(before.busStatus >> 3);
  result.power = sample.isMean ? sample.power - plainPower(context, sample.shunt, sample.busStatus) : 0;
  // Far apart, it wraps.
  const bool isNear = ((sample.busStatus ^ before.busStatus) & 7) == 0 &&
                      ((sample.shunt < 0) == (before.shunt < 0) || (sample.shunt < 512 && sample.shunt > -512));
  const bool isCalm = isNear && fits(result.shunt, 6) && fits(result.bus, 3);
  chooseForm(result, sample, isNear, isCalm, result.late != late);
  return result;
}

void pass(RingState& state, const Difference& difference, const Sample& sample) {
  const bool isSmall = (difference.first & kAny) != kAny || difference.first == kMean;
  if (!isSmall && (difference.first & kHasTime)) {
    passTime(state, sample.at);
  } else {
    passLate(state, difference.late, isSmall);
  }
  state.at = sample.at;
  state.shunt = sample.shunt;
  state.busStatus = sample.busStatus;
}

void write(const Difference& difference, const Sample& sample) {
  const uint8_t late = static_cast<uint8_t>(difference.late);
  const uint8_t shunt = static_cast<uint8_t>(difference.shunt);
  const uint8_t bus = difference.bus & 7;
  const uint8_t first = difference.first;
  switch (first & kAny) {
    case kConversion:
      put(first | (late & 63));
      break;
    case kCalmMean:
      put(first | (difference.late >> 5 & 31));
      put(static_cast<uint8_t>(late << 3) | bus);
      put(static_cast<uint8_t>(shunt << 2) | (difference.power >> 8 & 3));
      put(static_cast<uint8_t>(difference.power));
      return;
    case kAny:
      put(first);
      if (first == kMean) {
        const uint16_t power = static_cast<uint16_t>(difference.power);
        put(static_cast<uint8_t>(difference.late >> 2));
        put(static_cast<uint8_t>(difference.shunt >> 1));
        put(static_cast<uint8_t>(difference.bus));
        put(static_cast<uint8_t>(late << 6 | (shunt & 1) << 5 | (power >> 8 & 31)));
        put(static_cast<uint8_t>(power));
        return;
      }
      if (first & kHasTime) {
        put(&sample.at, 5);
      } else {
        put(&difference.late, 2);
      }
      break;
    default:
      put((late & 63) << 1 | (shunt >> 5 & 1));
      put(static_cast<uint8_t>(shunt << 3) | bus);
      return;
  }
  put(&sample.shunt, 4);
  if ((first & kAny) != kAny) return;
  if (sample.isMean) put(&difference.power, first & kShortPower ? 2 : 4);
  if (first & kHasRange) {
    put(&sample.detail.n, 3);
    put(&sample.detail.shuntMin, 8);
  }
  if (first & kHasDetail) put(&sample.detail.totals, sizeof(Totals));
}

__attribute__((noinline)) void read(uint16_t& at, RingState& state, Sample* sample) {
  const uint8_t first = take(at);
  const uint8_t form = first & 0x80 ? first & 0x40 ? first & kAny : kConversion : 0;
  int16_t late = 0;
  int16_t shunt = 0;  // differences
  int16_t bus = 0;
  int16_t power = 0;
  Moment moment;
  bool isSmall = form != kAny;  // differences alone
  switch (form) {
    case kConversion:
      late = signedBits(first, 6);
      break;
    case kCalmMean: {
      const uint8_t second = take(at);
      const uint8_t third = take(at);
      late = signedBits(static_cast<uint16_t>(first << 5 | second >> 3), 10);
      bus = signedBits(second, 3);
      shunt = signedBits(third >> 2, 6);
      power = signedBits(static_cast<uint16_t>(third << 8 | take(at)), 10);
      break;
    }
    case kAny:
      if (first == kMean) {
        late = static_cast<int8_t>(take(at)) * 4;
        shunt = static_cast<int8_t>(take(at)) * 2;
        bus = static_cast<int8_t>(take(at));
        const uint8_t fourth = take(at);
        late |= fourth >> 6;
        shunt |= fourth >> 5 & 1;
        power = signedBits(static_cast<uint16_t>(fourth << 8 | take(at)), 13);
        isSmall = true;
      } else if (first & kHasTime) {
        take(at, &moment, 5);
      } else {
        take(at, &late, 2);
      }
      break;
    default: {
      const uint8_t second = take(at);
      late = signedBits(first >> 1, 6);
      shunt = signedBits(static_cast<uint16_t>(first << 5 | second >> 3), 6);
      bus = signedBits(second, 3);
    }
  }
  if (!isSmall && (first & kHasTime)) {
    passTime(state, moment);
    state.at = moment;
  } else {
    advance(state.at, state.period + late);
    passLate(state, late, isSmall);
  }
  if (form == kConversion || !isSmall) {
    take(at, &state.shunt, 4);
  } else {
    state.shunt += shunt;
    state.busStatus += static_cast<uint16_t>(bus * 8);
  }
  if (sample) {
    sample->at = state.at;
    sample->shunt = state.shunt;
    sample->busStatus = state.busStatus;
    sample->isMean = form == kCalmMean || first == kMean;
    sample->power = power;
    sample->hasDetail = false;
  }
  if (!isSmall) readRest(at, first, sample);
}

}  // namespace record
