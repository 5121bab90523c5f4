#include "sample_ring.h"

uint32_t nextSeq;
RawSample sampleRing[RING_DEPTH];
uint8_t ringHead;

static_assert(RING_DEPTH >= 64 && RING_DEPTH <= 255, "the depth is 8 bit");

static uint8_t count;         // samples in the ring
static uint8_t currentCount;  // of these, those of the current context: the newest
static Context current;
static Context previous;

const Context& currentContext() { return current; }

void changeContext(const Context& context) {
  if (currentCount) {
    previous = current;
    count = currentCount;
    currentCount = 0;
  }
  current = context;
}

void advanceUnixTime(uint32_t ms) {
  if (!current.hasUnixTime) return;
  uint32_t past = ms - current.unixAtMs;
  if (past < 1000) return;
  past /= 1000;
  current.unixS += past;
  current.unixAtMs += past * 1000;
}

void pushSample(const RawSample& sample) {
  sampleRing[ringHead] = sample;
  ringHead = ringHead + 1 == RING_DEPTH ? 0 : ringHead + 1;
  nextSeq++;
  if (count < RING_DEPTH) count++;
  if (currentCount < RING_DEPTH) currentCount++;
}

const Context* copySample(uint32_t seq, RawSample& sample) {
  const uint32_t age = nextSeq - 1 - seq;
  if (age >= count) return nullptr;
  const uint8_t back = static_cast<uint8_t>(age) + 1;
  const uint8_t index =
      ringHead >= back ? ringHead - back : static_cast<uint8_t>(ringHead + RING_DEPTH - back);
  sample = sampleRing[index];
  return age < currentCount ? &current : &previous;
}

uint8_t ringCount() { return count; }
