#include "sample_ring.h"

#include "settings.h"

uint32_t nextSeq;
Sample sampleAtHand;

namespace {

uint16_t tail;  // the oldest
uint16_t used;  // bytes

static_assert(RING_BYTES >= 2 * RING_DEPTH, "a calm sample takes two bytes, a calm mean four");

uint16_t count;         // samples in the ring
uint16_t currentCount;  // of these, those of the current context: the newest
Context current;
Context previous;

bool isNewestAtHand;
RingState oldest;  // what is before the record at `tail`
RingState newest;  // after the last one

__attribute__((noinline)) void forgetOldest() {
  count--;
  if (currentCount > count) currentCount = count;
  const uint16_t before = tail;
  record::read(tail, oldest, nullptr);
  used -= tail >= before ? tail - before : tail + RING_BYTES - before;
}

}  // namespace

const Context& currentContext() { return current; }

Context& newContext() {
  if (currentCount) {
    previous = current;
    while (count > currentCount) forgetOldest();
    currentCount = 0;
  }
  return current;
}

void advanceUnixTime(uint32_t ms) {
  if (!current.hasUnixTime) return;
  uint32_t past = ms - current.unixAtMs;
  // Not where it lies ahead.
  if (past < 1000 || past >= 0x80000000) return;
  past /= 1000;
  current.unixS += past;
  current.unixAtMs += past * 1000;
}

uint16_t ringDepth() {
  if (settings.isDetailed) return RING_BYTES / record::kLongest;
  return settings.intervalMs <= 1 ? RING_DEPTH : RING_BYTES / 5;
}

void pushSample() {
  const Sample& sample = sampleAtHand;
  const Difference difference = record::differenceOf(newest, sample, current);
  const uint16_t depth = ringDepth();
  while (count && (count >= depth || used + difference.length > RING_BYTES)) forgetOldest();
  if (!count) {
    oldest = newest;
    tail = record::head;
  }
  record::write(difference, sample);
  used += difference.length;
  record::pass(newest, difference, sample);
  isNewestAtHand = true;
  nextSeq++;
  count++;
  currentCount++;
}

void forgetSamples() {
  count = 0;
  currentCount = 0;
  used = 0;
}

const Context* newestAtHand(RingCursor& cursor, uint32_t seq) {
  if (seq != nextSeq - 1 || !isNewestAtHand || !currentCount) return nullptr;
  cursor = {nextSeq, record::head, true, newest};
  return &current;
}

const Context* copySample(RingCursor& cursor, uint32_t seq) {
  Sample& sample = sampleAtHand;
  isNewestAtHand = false;
  const uint32_t age = nextSeq - 1 - seq;
  if (age >= count) return nullptr;
  const bool isKnown = cursor.isPlaced && nextSeq - 1 - cursor.seq < count &&
                       seq - cursor.seq < 0x80000000;
  if (!isKnown) cursor = {nextSeq - count, tail, true, oldest};
  for (;;) {
    const bool isFound = cursor.seq++ == seq;
    record::read(cursor.at, cursor.before, isFound ? &sample : nullptr);
    if (isFound) break;
  }
  const Context& context = age < currentCount ? current : previous;
  if (sample.isMean) sample.power += record::plainPower(context, sample.shunt, sample.busStatus);
  return &context;
}

uint16_t ringCount() { return count; }
