// The lines that the device sends, PROTOCOL.md 4 and 5.
#pragma once

#include <stdint.h>

#include "sample_ring.h"

enum class Error : uint8_t { none, unknown, range, syntax, crc, overlong, busy, sensor, wear };

enum class Note : uint8_t {
  watchdog,
  sensorLost,
  sensorFound,
  sensorReset,
  thresholdExceeded,
  thresholdReleased,
  busSlowed,
  cutOff,
  selfTest,
};

// Most bytes of a line of each kind, LF included; the longest values were counted.
constexpr uint8_t kSampleRoom = 124;
constexpr uint8_t kDetailRoom = 252;
constexpr uint8_t kBurstRoom = 254;
constexpr uint8_t kReplyRoom = 64;
constexpr uint8_t kNoteRoom = 124;

// In two parts, as both together may be longer than the transmit ring: the second
// once the first is sent. `firstNew`: number of the sample that will be sent next for the first time.
void beginHello(uint32_t firstNew);
void endHello();
// Room for a sample as they are now.
uint8_t sampleRoom();
void writeSample(uint32_t seq, const Sample& sample, const Context& context, bool isResend);
// Error none: an ack. Without a number: "nack":null.
void writeReply(bool hasNumber, uint32_t number, Error error);
// The members `ms`, `us` or `ts`.
void writeTime(const Context& context, const Moment& at);
void writeGone(uint32_t first, uint32_t last);
void writeNote(Note note);
void writeOutputs();
