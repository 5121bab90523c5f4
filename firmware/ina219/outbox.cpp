#include "outbox.h"

#include "board.h"
#include "burst.h"
#include "line_writer.h"
#include "request.h"
#include "settings.h"
#include "tx_ring.h"

namespace outbox {

namespace {

struct Reply {
  bool isPending;
  uint8_t samplesBefore;  // new ones that go out first
  Error error;
};

struct Range {
  uint32_t first;
  uint32_t last;
};

enum class BaudSwitch : uint8_t { none, waiting, draining, pausing };

constexpr uint8_t kMaxRanges = 4;
// The last two characters of the slowest rate, once the ring is empty.
constexpr uint16_t kDrainMs = 4;
// The host needs a moment to follow; samples taken meanwhile wait.
constexpr uint16_t kPauseMs = 50;

bool isHelloDue;
bool isHelloBegun;
bool areOutputsDue;
Reply pendingReply;
uint16_t notes;  // bit n: Note n is due
uint8_t unsent;  // newest samples not sent yet
Range ranges[kMaxRanges];
uint8_t rangeCount;
bool wasLastNew;
RingCursor newCursor;
RingCursor resendCursor;

BaudSwitch baudSwitch = BaudSwitch::none;
uint16_t baudSinceMs;

void dropRange() {
  rangeCount--;
  for (uint8_t i = 0; i < rangeCount; i++) ranges[i] = ranges[i + 1];
}

void sendNew() {
  const uint32_t seq = nextSeq - unsent;
  const Context* context = newestAtHand(newCursor, seq);
  if (!context) context = copySample(newCursor, seq);
  // Forgotten before it was sent: the host sees the gap and asks.
  if (context) writeSample(seq, sampleAtHand, *context, false);
  unsent--;
  if (pendingReply.samplesBefore) pendingReply.samplesBefore--;
}

// The next sample of the first range, or the next run of samples that are gone.
void resend() {
  Range& range = ranges[0];
  // A copy, and of the very number asked for: nothing can overwrite it while it is rendered.
  if (const Context* context = copySample(resendCursor, range.first)) {
    writeSample(range.first, sampleAtHand, *context, true);
    if (range.first++ == range.last) dropRange();
    return;
  }
  // Older than the ring: gone up to its oldest. Not taken yet: gone to the end of the range.
  uint32_t goneLast = range.last;
  const uint32_t oldest = nextSeq - ringCount();
  const uint32_t toOldest = oldest - range.first;
  if (ringCount() && toOldest < 0x80000000 && range.last - range.first >= toOldest) {
    goneLast = oldest - 1;
  }
  writeGone(range.first, goneLast);
  if (goneLast == range.last) {
    dropRange();
  } else {
    range.first = goneLast + 1;
  }
}

// What a self-test has found goes before its reply.
bool isReplyDue() {
  return pendingReply.isPending && !pendingReply.samplesBefore &&
         !(notes & 1u << static_cast<uint8_t>(Note::selfTest));
}

void sendReply() {
  writeReply(request.hasNumber, request.number, pendingReply.error);
  pendingReply.isPending = false;
}

void sendNote() {
  uint8_t i = 0;
  while (!(notes >> i & 1)) i++;
  notes &= ~(1u << i);
  writeNote(static_cast<Note>(i));
}

// True: the line is not to be used.
bool isSwitchingBaud() {
  if (baudSwitch == BaudSwitch::none) return false;
  const uint16_t nowMs = static_cast<uint16_t>(board::nowMs());
  const uint16_t passedMs = nowMs - baudSinceMs;
  switch (baudSwitch) {
    case BaudSwitch::waiting:
      if (pendingReply.isPending) return false;
      if (!txEmpty()) return true;
      baudSwitch = BaudSwitch::draining;
      break;
    case BaudSwitch::draining:
      if (passedMs < kDrainMs) return true;
      board::setBaud(settings.baud);
      baudSwitch = BaudSwitch::pausing;
      break;
    default:
      if (passedMs < kPauseMs) return true;
      baudSwitch = BaudSwitch::none;
      // Ends what a host that was at this rate already has heard till now.
      line::begin(PSTR("\n"));
      return false;
  }
  baudSinceMs = nowMs;
  return true;
}

}  // namespace

__attribute__((noinline)) bool step() {
  board::transmit();
  if (isSwitchingBaud()) return false;
  if (isHelloDue || isHelloBegun) {
    if (!txEmpty()) return false;
    if (isHelloBegun) {
      isHelloBegun = false;
      endHello();
    } else {
      isHelloDue = false;
      isHelloBegun = true;
      beginHello(nextSeq - unsent);
    }
    return true;
  }
  const uint8_t room = txFree();
  if (areOutputsDue) {
    if (room < kNoteRoom) return false;
    areOutputsDue = false;
    writeOutputs();
    return true;
  }
  if (isReplyDue()) {
    if (room < kReplyRoom) return false;
    sendReply();
    return true;
  }
  if (burst::isLineDue()) {
    if (room < kBurstRoom) return false;
    burst::writeLine();
    return true;
  }
  if (room < sampleRoom()) return false;
  // New samples first; but where they would take the whole line, every other one is something else.
  const bool hasOther = notes || rangeCount;
  if (unsent && !(hasOther && wasLastNew)) {
    sendNew();
    wasLastNew = true;
    return true;
  }
  wasLastNew = false;
  if (notes) {
    sendNote();
  } else if (rangeCount) {
    resend();
  } else {
    return false;
  }
  return true;
}

void sampleTaken() { unsent++; }
uint8_t unsentSamples() { return unsent; }

void hello() { isHelloDue = true; }

__attribute__((noinline)) void reply(Error error, bool isAfterSamples) {
  const uint8_t samplesBefore = isAfterSamples ? unsent : 0;
  pendingReply = {true, samplesBefore, error};
}

bool isReplied() { return !pendingReply.isPending && !isHelloDue && !isHelloBegun; }

void outputs() { areOutputsDue = true; }

void note(Note note) { notes |= 1u << static_cast<uint8_t>(note); }

void replay(uint32_t first, uint32_t last) {
  if (rangeCount < kMaxRanges) ranges[rangeCount++] = {first, last};
}

void switchBaud() {
  baudSwitch = BaudSwitch::waiting;
}

bool isBaudSteady() { return baudSwitch == BaudSwitch::none; }

}  // namespace outbox
